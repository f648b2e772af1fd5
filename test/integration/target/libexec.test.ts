import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandName } from '../../../src/cli/command-files.js';
import { baseImages, cannotBuild, othersMayRead } from '../../support/base-image.js';
import { executable, project, runProgram, type Outcome } from '../../support/commands.js';
import { containerRemains } from '../../support/container-remains.js';
import { useGuestShell } from '../../support/guest-shell.js';
import { TargetWorkspace } from '../../support/workspaces/target-workspace.js';

const quiet = { exitCode: 0, stdout: '', stderr: '' };

describe.skipIf(cannotBuild)('targets by hand (skipped without LXC and root or sudo)', () => {
  let place: TargetWorkspace;
  beforeAll(async () => {
    place = await TargetWorkspace.create('lxc', baseImages('bookworm', ['amd64']));
    writeFileSync(join(place.root, 'hello.txt'), 'hello\n');
    mkdirSync(join(place.root, 'cache/name/deep'), { recursive: true });
    writeFileSync(join(place.root, 'cache/name/deep/file'), 'cached\n');
  }, 600_000);
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
  });

  const call = (name: CommandName, args: readonly string[] = [], env: Record<string, string> = {}): Outcome =>
    runProgram(executable(name), args, { cwd: place.root, env: { USE_LXC: '1', ...env } });
  const shell = (script: string, env: Record<string, string> = {}): Outcome => {
    const PATH = `${join(project, 'libexec')}:${process.env['PATH'] ?? ''}`;
    return runProgram('bash', ['-c', script], { cwd: place.root, env: { USE_LXC: '1', ...env, PATH } });
  };

  it('work as the old README shows them', () => {
    expect(shell('make-clean-vm --suite bookworm --arch amd64')).toEqual(quiet);
    expect(shell('start-target 64 bookworm-amd64 & wait')).toEqual(quiet);
    expect(shell('on-target ls -a')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(shell('copy-to-target hello.txt ./; on-target cat hello.txt')).toEqual({
      ...quiet,
      stdout: 'hello\n',
    });
    expect(shell('on-target date >/dev/null; stop-target')).toEqual(quiet);
    expect(containerRemains(place.root)).toEqual([]);
  });

  describe('with a target up', () => {
    beforeAll(() => {
      expect(call('make-clean-vm', ['-s', 'bookworm', '-a', 'amd64'])).toEqual(quiet);
      expect(call('start-target', ['64', 'bookworm-amd64'], { NPROCS: '1', VMEM: '700' })).toEqual(quiet);
    });
    afterAll(() => {
      expect(call('stop-target')).toEqual(quiet);
      expect(containerRemains(place.root)).toEqual([]);
    });

    it('the environment decides its size, and the image its user', async () => {
      const spec = (await (await place.driver()).attach())?.spec;
      expect(spec).toEqual({
        suite: 'bookworm',
        architecture: 'amd64',
        distro: 'debian',
        processors: 1,
        memory: 700,
      });
    });

    it.each([
      [['echo', '"a  b"', '$((1+1))', '/etc/host?'], 'a  b 2 /etc/hosts\n'],
      [['cd build 2>/dev/null; pwd'], '/home/debian\n'],
      [['-u', 'root', 'id', '-u'], '0\n'],
      [['-e', `A=1 B='two words'`, 'echo $A; echo $B'], '1\ntwo words\n'],
      [['--env', 'A=1', '--user', 'root', 'echo', '-n', '$A$USER'], '1root'],
      [['echo', '-u', 'root', '--help', '--', 'x'], '-u root --help -- x\n'],
      [['--', 'echo', 'x'], 'x\n'],
    ])('on-target %j says %j', (words, said) => {
      expect(call('on-target', words)).toEqual({ ...quiet, stdout: said });
    });

    it('on-target passes streams and the exit code through', () => {
      expect(shell('printf "a\\0b" | on-target "od -c | head -n 1; echo err >&2; exit 42"')).toEqual({
        exitCode: 42,
        stdout: '0000000   a  \\0   b\n',
        stderr: 'err\n',
      });
      expect(call('on-target', ['kill -TERM $$']).exitCode).toBe(143);
    });

    it('on-target gives the guest nothing that it inherited itself', async () => {
      const unused = Array<'ignore'>(17).fill('ignore');
      const child = spawn(executable('on-target'), ['ls /proc/self/fd'], {
        cwd: place.root,
        env: { ...process.env, USE_LXC: '1' },
        stdio: ['ignore', 'pipe', 'inherit', ...unused, 'pipe'],
      });
      // The last one is the folder that is listed.
      expect(await text(child.stdout ?? Readable.from([]))).toBe('0\n1\n2\n3\n');
    });

    it('on-target refuses a user that is not there', () => {
      expect(call('on-target', ['-u', 'nobody-there', 'true'])).toMatchObject({
        exitCode: 2,
        stderr:
          'on-target: the target has no user "nobody-there"\n' +
          'hint: see which it has: on-target cut -d: -f1 /etc/passwd\n',
      });
    });

    it('on-target without a command is a shell on the terminal', async () => {
      const { said, exitCode } = await useGuestShell(place.root, { USE_LXC: '1' });
      expect(said).toMatch(/\/dev\/pts\/\d+\s+TERM=xterm\s+interactive\s/);
      expect(exitCode).toBe(9);
    });

    it('start-target refuses a second one', () => {
      const { exitCode, stderr } = call('start-target', ['64', 'bookworm-amd64']);
      expect([exitCode, stderr]).toEqual([
        2,
        'start-target: the target "bookworm-amd64" is running in this workspace\nhint: stop-target\n',
      ]);
    });

    it('copies files and folders, which keep their names', () => {
      expect(call('copy-to-target', ['-q', 'cache/name/', 'there'])).toEqual(quiet);
      expect(call('copy-to-target', ['hello.txt', 'there/'])).toEqual(quiet);
      expect(call('on-target', ['cd there; find | sort']).stdout).toBe(
        '.\n./hello.txt\n./name\n./name/deep\n./name/deep/file\n',
      );
      expect(call('copy-from-target', ['there/name/', 'got'])).toEqual(quiet);
      expect(call('copy-from-target', ['there/hello.txt', 'got'])).toEqual(quiet);
      expect(call('copy-from-target', ['/home/debian/there/.', 'all'])).toEqual(quiet);
      expect(readdirSync(join(place.root, 'got')).sort()).toEqual(['hello.txt', 'name']);
      expect(readdirSync(join(place.root, 'all')).sort()).toEqual(['hello.txt', 'name']);
      expect(readFileSync(join(place.root, 'got/name/deep/file'), 'utf8')).toBe('cached\n');
    });

    it('copies as another user', () => {
      expect(call('copy-to-target', ['-u', 'root', 'hello.txt', 'x'])).toEqual(quiet);
      expect(call('on-target', ['-u', 'root', 'stat -c %U /root/x/hello.txt']).stdout).toBe('root\n');
      expect(call('copy-from-target', ['x/hello.txt', 'never'])).toMatchObject({
        exitCode: 1,
        stderr:
          'copy-from-target: the target has no "x/hello.txt"\nhint: see what there is in its home: on-target ls -la\n',
      });
      expect(call('copy-from-target', ['x/hello.txt', 'never/ever'])).toMatchObject({ exitCode: 1 });
      expect(existsSync(join(place.root, 'never'))).toBe(false);
    });

    it('refuses to copy what leads out', () => {
      call('on-target', ['mkdir evil; ln -s /etc/passwd evil/link']);
      expect(call('copy-from-target', ['evil', 'got'])).toMatchObject({
        exitCode: 1,
        stderr: `copy-from-target: the target's file "evil/link" is refused: it is a link to an absolute path\nhint: the target made it so: remove it there, or have the script do without it\n`,
      });
    });

    it('does not wait for daemons', () => {
      expect(call('on-target', ['sleep 60 >/dev/null 2>&1 & echo started']).stdout).toBe('started\n');
    });
  });

  it('start for one command, when none is up', () => {
    const env = { LXC_SUITE: 'bookworm', LXC_ARCH: 'amd64' };
    expect(call('make-clean-vm', ['-s', 'bookworm', '-a', 'amd64'])).toEqual(quiet);
    expect(call('on-target', ['echo', 'kept', '>kept'], env)).toEqual(quiet);
    expect(containerRemains(place.root)).toEqual([]);
    expect(call('copy-from-target', ['kept', 'got'], env)).toEqual(quiet);
    expect(readFileSync(join(place.root, 'got/kept'), 'utf8')).toBe('kept\n');
    expect(call('on-target', ['exit', '3'], env).exitCode).toBe(3);
    expect(containerRemains(place.root)).toEqual([]);
    expect(call('on-target', ['ls'], { ...env, LXC_ARCH: 'i386' })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('base image') as string,
    });
  });

  it('say what is missing', () => {
    expect(call('make-clean-vm', ['-s', 'bookworm', '-a', 'i386'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /no base image "base-bookworm-i386"\nhint: make-base-vm --lxc --suite bookworm --arch i386\n/,
      ) as string,
    });
  });

  it.skipIf(!othersMayRead)(
    'are refused without root and sudo, in one sentence (needs root, and a clone that others may read)',
    () => {
      const argv = [
        '--reuid',
        '65534',
        '--regid',
        '65534',
        '--clear-groups',
        executable('start-target'),
        '64',
        'bookworm-amd64',
      ];
      const { exitCode, stderr } = runProgram('setpriv', argv, { cwd: '/', env: { USE_LXC: '1' } });
      expect(exitCode).toBe(2);
      expect(stderr).toContain('it needs root, and sudo asks for a password or refuses');
    },
  );
});
