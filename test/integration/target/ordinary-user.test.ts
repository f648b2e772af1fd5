import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executable, type Outcome } from '../../support/commands.js';
import type { CommandName } from '../../../src/cli/command-files.js';
import { containerRemains } from '../../support/container-remains.js';
import type { OrdinaryUser } from '../../support/ordinary-user.js';
import type { TargetWorkspace } from '../../support/workspaces/target-workspace.js';
import { noUsersWorkspace, UsersWorkspace } from '../../support/workspaces/users-workspace.js';
import { until } from '../../support/until.js';

describe.skipIf(noUsersWorkspace !== undefined)(
  `targets of an ordinary user (${noUsersWorkspace ?? 'with sudo'})`,
  () => {
    let workspace: UsersWorkspace;
    let user: OrdinaryUser;
    let place: TargetWorkspace;
    beforeAll(async () => {
      workspace = await UsersWorkspace.create();
      ({ user, place } = workspace);
    }, 600_000);
    afterAll(async () => workspace[Symbol.asyncDispose]());

    const command = (name: CommandName, ...args: string[]): Outcome => workspace.run(name, ...args);
    const done = { exitCode: 0, stdout: '', stderr: '' };

    it('are prepared, started, used and stopped, each by a process of its own', async () => {
      expect(command('make-clean-vm', '-s', 'bookworm', '-a', 'amd64')).toEqual(done);
      expect(command('start-target', '64', 'bookworm-amd64')).toEqual(done);
      expect(command('on-target', 'id -un; cat; exit 7')).toEqual({
        exitCode: 7,
        stdout: 'debian\n',
        stderr: '',
      });
      await mkdir(join(place.root, 'inputs'));
      await writeFile(join(place.root, 'inputs/a'), 'A');
      expect(command('copy-to-target', 'inputs', 'build')).toEqual(done);
      expect(
        command('on-target', '-u', 'root', 'chmod 600 ~debian/build/inputs/a; touch /root-was-here'),
      ).toEqual(done);
      expect(command('copy-from-target', 'build/inputs', 'got')).toEqual(done);
      expect(readFileSync(join(place.root, 'got/inputs/a'), 'utf8')).toBe('A');
      expect(statSync(join(place.root, 'got/inputs/a')).uid).toBe(user.uid);
      expect(command('stop-target')).toEqual(done);
      expect(command('stop-target')).toEqual(done);
      expect(containerRemains(place.root)).toEqual([]);
    });

    // What can open a terminal can type into it, and whoever started the command reads that.
    it.each(['use_pty', '!use_pty'])("can't open the terminal that sudo with %s was started in", (option) => {
      user.setSudo(option);
      expect(command('make-clean-vm', '-s', 'bookworm', '-a', 'amd64')).toEqual(done);
      const onTarget = `${executable('on-target')} 'exec 3<>/dev/tty; echo still here' </dev/null 2>&1 | cat`;
      const { stdout } = user.run(place.root, ['script', '-qec', onTarget, '/dev/null'], {
        LXC_SUITE: 'bookworm',
        LXC_ARCH: 'amd64',
      });
      expect(stdout).toMatch(/\/dev\/tty: No such device or address\s+still here/);
    });

    it('are listed with the size of what the user may read of them', () => {
      const { exitCode, stdout } = command('gitian-cache', 'list');
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^target +\d+\.\d [KMG]iB {2}.{17}target-bookworm-amd64 \(at least\)$/m);
    });

    it('are made pristine although root of the guest has written in them', () => {
      expect(command('make-clean-vm', '-s', 'bookworm', '-a', 'amd64')).toEqual(done);
      expect(command('start-target', '64', 'bookworm-amd64')).toEqual(done);
      expect(command('on-target', 'ls /root-was-here').exitCode).toBe(2);
      expect(command('stop-target')).toEqual(done);
      expect(readdirSync(place.root).filter((name) => name.includes('.old-'))).toEqual([]);
    });

    it('need no root in this project itself', async () => {
      const child = user.start(place.root, [executable('on-target'), 'echo up; sleep 100'], {
        LXC_SUITE: 'bookworm',
        LXC_ARCH: 'amd64',
      });
      await once(child.stdout ?? child, 'data');
      const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
      expect(/^Uid:\s+(.*)$/m.exec(status)?.[1]?.split('\t')).toEqual(Array(4).fill(String(user.uid)));
      child.kill('SIGINT');
      expect(await once(child, 'exit')).toEqual([130, null]);
      expect(containerRemains(place.root)).toEqual([]);
      expect(existsSync(place.workspace.targetState)).toBe(false);
    });

    it('end when the process that started them is killed', async () => {
      const child = user.start(place.root, [executable('on-target'), 'echo up; sleep 100'], {
        LXC_SUITE: 'bookworm',
        LXC_ARCH: 'amd64',
      });
      await once(child.stdout ?? child, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
      await until(
        () => containerRemains(place.root),
        (left) => left.length === 0,
      );
      await until(
        () => existsSync(place.workspace.targetState),
        (there) => !there,
      );
    });

    it('lose an interrupted command, and nothing else', async () => {
      expect(command('start-target', '64', 'bookworm-amd64')).toEqual(done);
      const child = user.start(place.root, [
        executable('on-target'),
        'trap "" INT TERM; echo up; sleep 9876 & sleep 9876',
      ]);
      await once(child.stdout ?? child, 'data');
      child.kill('SIGINT');
      expect(await once(child, 'exit')).toEqual([130, null]);
      expect(command('on-target', 'pgrep -c sleep').stdout).toBe('0\n');
      expect(command('stop-target')).toEqual(done);
    });
  },
);
