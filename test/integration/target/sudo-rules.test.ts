import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CommandName } from '../../../src/cli/command-files.js';
import type { Outcome } from '../../support/commands.js';
import type { OrdinaryUser } from '../../support/ordinary-user.js';
import { sudoPrograms } from '../../support/sudo-programs.js';
import { noUsersWorkspace, UsersWorkspace } from '../../support/workspaces/users-workspace.js';

describe.skipIf(noUsersWorkspace !== undefined)(
  `a user with some programs of sudo (${noUsersWorkspace ?? 'with sudo'})`,
  () => {
    let workspace: UsersWorkspace;
    let user: OrdinaryUser;
    beforeAll(async () => {
      workspace = await UsersWorkspace.create();
      ({ user } = workspace);
    }, 600_000);
    afterAll(async () => workspace[Symbol.asyncDispose]());
    beforeEach(() => {
      allow([...sudoPrograms()]);
    });

    const command = (name: CommandName, ...args: string[]): Outcome => workspace.run(name, ...args);
    const done = { exitCode: 0, stdout: '', stderr: '' };
    const allow = (programs: readonly string[]): void => {
      const paths = programs.map((program) =>
        execFileSync(
          'sh',
          ['-c', 'command -v "$0"', program === 'sh' ? '/usr/bin/sh' : `/usr/bin/${program}`],
          {
            encoding: 'utf8',
          },
        ).trim(),
      );
      user.setSudo('!requiretty', `NOPASSWD: ${paths.join(', ')}`);
    };
    const without = (...programs: readonly string[]): string[] =>
      [...sudoPrograms()].filter((program) => !programs.includes(program));

    it('needs no others than those that docs/backends.md lists', () => {
      expect(command('make-clean-vm', '-s', 'bookworm', '-a', 'amd64')).toEqual(done);
      expect(command('start-target', '64', 'bookworm-amd64')).toEqual(done);
      expect(command('on-target', 'id -un; exit 1')).toEqual({ exitCode: 1, stdout: 'debian\n', stderr: '' });
    });

    it.each(['setsid', 'sh'])('is told that sudo refuses, where %s is not among them', (program) => {
      allow(without(program));
      const { exitCode, stderr } = program === 'sh' ? command('stop-target') : command('on-target', 'true');
      expect(stderr).toContain(`sudo doesn't allow "${program}" to be run as root\nhint: `);
      expect(exitCode).toBe(1);
    });

    it.each([
      ['stop-target', [], 'stopping the container that is up'],
      ['on-target', ['true'], 'reaching the container that is up'],
      ['copy-from-target', ['.', 'got'], 'reaching the container that is up'],
    ] as const)('is told by %s what needs root, where there is no sudo', (name, args, what) => {
      user.setSudo('!requiretty', 'PASSWD: ALL');
      const { exitCode, stderr } = command(name, ...args);
      expect(stderr).toContain(`${name}: ${what} needs root, and sudo asks for a password or refuses\n`);
      expect(exitCode).toBe(2);
    });

    it('stops the target at the end', () => {
      expect(command('stop-target')).toEqual(done);
    });
  },
);
