import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { once } from 'node:events';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { containerName, runFolder } from '../../../../src/target/lxc/container.js';
import { baseImages, cannotBuild, isRoot } from '../../../support/base-image.js';
import { containerRemains } from '../../../support/container-remains.js';
import { outcomeOf, startCommand } from '../../../support/running-command.js';
import { spec, TargetWorkspace } from '../../../support/workspaces/target-workspace.js';
import { until } from '../../../support/until.js';

/** The processes that hold a container up, by a part of their command lines. */
const holders = {
  'the session': /^sh .*session\.sh /,
  'lxc-start': /^(\S*\/)?lxc-start /,
  slirp4netns: /^slirp4netns /,
  'what links the session to this process': /^sh .*launch\.sh /,
} as const;

describe.skipIf(cannotBuild || !isRoot)(
  'a container whose keeper is killed (skipped without LXC and root)',
  () => {
    let images: string[];
    let place: TargetWorkspace;
    beforeAll(() => {
      images = baseImages('bookworm', ['amd64']);
    }, 600_000);
    beforeEach(async () => {
      place = await TargetWorkspace.create('lxc', images);
    });
    afterEach(async () => place[Symbol.asyncDispose]());

    const pidOf = (words: RegExp): number => {
      const name = containerName(place.root);
      const found = containerRemains(place.root).flatMap((line) => {
        const [, pid, what = ''] = /^process (\d+): (.*)$/s.exec(line) ?? [];
        const belongs = what.includes(name) || what.startsWith('slirp4netns');
        return pid !== undefined && belongs && words.test(what) ? [Number(pid)] : [];
      });
      // A fork of the session that listens has its words too; the session came first.
      return Math.min(...found);
    };

    it.each(Object.entries(holders))(
      '%s: all of it ends, and the next start works',
      async (_title, words) => {
        const driver = await place.driver();
        await driver.prepare(spec);
        await using target = await driver.start(spec);
        const started = new PassThrough();
        const running = target.run(['sh', '-c', 'echo up; sleep 100'], { stdout: started });
        await once(started, 'data');
        process.kill(pidOf(words), 'SIGKILL');
        await expect(running).rejects.toMatchObject({ code: 'target-lost' });
        const folder = runFolder(containerName(place.root));
        // A session that is killed leaves its folder and empty control groups, which the next one takes over.
        const living = (): string[] =>
          containerRemains(place.root).filter((line) => /^process|loop/.test(line));
        await until(living, (left) => left.length === 0);
        await target.stop();
        await using again = await (await place.driver()).start(spec);
        expect((await again.run(['echo', 'up'])).stdout).toBe('up\n');
        await again.stop();
        expect([folder, containerRemains(place.root)]).toEqual([folder, []]);
      },
    );

    it.each([
      ['before there is an init', '', 'lxc-start -F'],
      // As lxc-start does, it leaves its dead child for later.
      [
        'when its init is dead',
        `fork or exec '/usr/bin/unshare', '--net', '/bin/sh', '-c', 'echo started $$ >"$0" && exec /bin/sleep 600', "/run/gitian/$ARGV[4]/events";`,
        'sleep 600',
      ],
    ])('an lxc-start that hears no signal while it starts is killed: %s', async (_, begin, sign) => {
      await (await place.driver()).prepare(spec);
      const [deaf, silent] = [join(place.root, 'deaf'), join(place.root, 'silent')];
      await writeFile(deaf, `#!/usr/bin/perl\n$SIG{TERM} = 'IGNORE'; ${begin} sleep 600;\n`, { mode: 0o755 });
      // The start isn't over before its network is there.
      await writeFile(silent, '#!/bin/sh\nexec sleep 500\n', { mode: 0o755 });
      // In a mount namespace of the command's own.
      const instead =
        'mount --bind "$0/deaf" "$(command -v lxc-start)" && mount --bind "$0/silent" "$(command -v slirp4netns)" && exec "$@"';
      const starting = startCommand('start-target', ['64', 'bookworm-amd64'], {
        cwd: place.root,
        env: { USE_LXC: '1' },
        within: ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', instead, place.root],
      });
      const isStarting = (): boolean => containerRemains(place.root).some((line) => line.includes(sign));
      await until(isStarting, Boolean);
      starting.kill('SIGTERM');
      expect(await outcomeOf(starting)).toMatchObject({ exitCode: 143 });
      expect(containerRemains(place.root)).toEqual([]);
    });

    it('a detached one ends with SIGTERM to its session', async () => {
      const driver = await place.driver();
      await driver.prepare(spec);
      const target = await driver.start(spec);
      await target.detach();
      await target.detach();
      const state = JSON.parse(readFileSync(place.workspace.targetState, 'utf8')) as {
        process: { pid: number };
      };
      process.kill(state.process.pid, 'SIGTERM');
      await until(
        () => containerRemains(place.root),
        (left) => left.length === 0,
      );
      expect(await driver.attach()).toBeUndefined();
      await target.stop();
    });
  },
);

/** A program that knows no option. */
const other = (): string => '#!/bin/sh\necho "${0##*/}: unknown option -- $1" >&2\nexit 64\n';

/** The real program on a kernel where no socket of NETLINK_XFRM can be had. */
const withoutPolicies = (real: string): string => `#!/usr/bin/perl
my @filter = ([0x20, 0, 0, 0], [0x15, 0, 5, 41], [0x20, 0, 0, 16], [0x15, 0, 3, 16], [0x20, 0, 0, 32], [0x15, 0, 1, 6],
  [0x06, 0, 0, 0x5005d], [0x06, 0, 0, 0x7fff0000]);
my $code = join '', map { pack 'SCCL', @$_ } @filter;
syscall(157, 22, 2, pack "Sx6p", scalar @filter, $code) == 0 or die "seccomp: $!\\n";
exec q\0${real}\0, @ARGV;
`;

describe.skipIf(cannotBuild || !isRoot)(
  'a start on a host with something wrong (skipped without LXC and root)',
  () => {
    let images: string[];
    beforeAll(() => {
      images = baseImages('bookworm', ['amd64']);
    }, 600_000);

    it('a full disk ends it, and nothing is left', async () => {
      await using place = await TargetWorkspace.create('lxc', images);
      const driver = await place.driver();
      await driver.prepare(spec);
      const folder = place.workspace.target(spec);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', folder]);
      try {
        await expect(writeFile(join(folder, 'full'), Buffer.alloc(2 << 20))).rejects.toMatchObject({
          code: 'ENOSPC',
        });
        // What the command line tells as `disk-full`.
        await expect(driver.start(spec)).rejects.toMatchObject({ code: 'ENOSPC' });
        expect(containerRemains(place.root)).toEqual([]);
      } finally {
        execFileSync('umount', [folder]);
      }
    });

    it.each([
      ['a mkfifo that knows no option', 'mkfifo', other, /mkfifo: unknown .*\nhint: .* coreutils$/m],
      ['a stat that knows no option', 'stat', other, /stat: unknown .*\nhint: .* coreutils$/m],
      [
        'a kernel without policies for IP',
        'ip',
        withoutPolicies,
        /Protocol not supported\nhint: .*CONFIG_XFRM_USER/,
      ],
    ])('%s is told, with a hint, and nothing is left', async (_, program, instead, words) => {
      await using place = await TargetWorkspace.create('lxc', images);
      await (await place.driver()).prepare(spec);
      const path = execFileSync('sh', ['-c', 'realpath "$(command -v "$0")"', program], { encoding: 'utf8' });
      await copyFile(path.trim(), join(place.root, 'real'));
      await writeFile(join(place.root, 'other'), instead(join(place.root, 'real')), { mode: 0o755 });
      const starting = startCommand('start-target', ['64', 'bookworm-amd64'], {
        cwd: place.root,
        env: { USE_LXC: '1' },
        within: [
          ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
          ...['mount --bind other "$0" && exec "$@"', path.trim()],
        ],
      });
      const { exitCode, stderr } = await outcomeOf(starting);
      expect([exitCode, stderr]).toEqual([1, expect.stringMatching(words)]);
      expect(stderr).toMatch(/^start-target: .*\nhint: .*\nlog: .*\n/);
      expect([containerRemains(place.root), existsSync(runFolder(containerName(place.root)))]).toEqual([
        [],
        false,
      ]);
    });

    it('what slirp4netns says fills no disk, and the network is there', async () => {
      await using place = await TargetWorkspace.create('lxc', images);
      await (await place.driver()).prepare(spec);
      const real = execFileSync('sh', ['-c', 'realpath "$(command -v slirp4netns)"'], { encoding: 'utf8' });
      await copyFile(real.trim(), join(place.root, 'real'));
      const talkative = `#!/usr/bin/perl\nprint STDERR "first\\n", 'x' x 3000000;\nexec q\0${place.root}/real\0, @ARGV;\n`;
      await writeFile(join(place.root, 'other'), talkative, { mode: 0o755 });
      const starting = startCommand('start-target', ['64', 'bookworm-amd64'], {
        cwd: place.root,
        env: { USE_LXC: '1' },
        within: [
          ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
          ...['mount --bind other "$0" && exec "$@"', real.trim()],
        ],
      });
      expect(await outcomeOf(starting)).toMatchObject({ exitCode: 0 });
      const target = await (await place.driver()).attach();
      await target?.run(['ip', 'link', 'show', 'tap0']);
      await target?.stop();
      expect(containerRemains(place.root)).toEqual([]);
      const log = readFileSync(place.workspace.targetLog);
      expect(log.toString('latin1')).toContain('first');
      expect(log.length).toBeLessThan(100_000);
    });

    it('an overlay that cannot be is told, with a hint', async () => {
      await using place = await TargetWorkspace.create('lxc', images);
      const driver = await place.driver();
      await driver.prepare(spec);
      const folder = place.workspace.target(spec);
      // An overlay's upper part may not be an overlay itself.
      execFileSync(
        'sh',
        [
          '-c',
          'mkdir -m 700 l u w && mount -t overlay -o lowerdir=l,upperdir=u,workdir=w overlay "$0"',
          folder,
        ],
        { cwd: place.root },
      );
      try {
        await expect(driver.start(spec)).rejects.toMatchObject({
          code: 'target-failed',
          message: expect.stringContaining("an overlay can't be mounted in the workspace") as string,
          hint: expect.stringContaining('ext4') as string,
        });
        expect(containerRemains(place.root)).toEqual([]);
      } finally {
        execFileSync('umount', [folder]);
      }
    });
  },
);
