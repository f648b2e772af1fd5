import { PassThrough, type Readable } from 'node:stream';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run, start, type ProcessSpec } from '../../../src/core/processes/process.js';
import { startFailure } from '../../../src/core/processes/start-failure.js';
import { project } from '../../support/commands.js';
import { isRunning } from '../../support/processes.js';
import { until } from '../../support/until.js';

const shell = (script: string, ...args: string[]): { program: string; args: string[] } => ({
  program: 'sh',
  args: ['-c', script, 'sh', ...args],
});

const firstNumber = async (output: Readable | null): Promise<number> =>
  new Promise((resolve) =>
    output?.once('data', (line: Buffer) => {
      resolve(Number(line.toString()));
    }),
  );

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gitian process-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('run', () => {
  it('returns output and exit code as they are', async () => {
    const result = await run({ ...shell('echo out; echo err >&2; exit 7'), check: false });
    expect(result).toEqual({ exitCode: 7, signal: undefined, stdout: 'out\n', stderr: 'err\n' });
  });

  it('hands arguments over untouched', async () => {
    const nasty = ['a b', '$HOME', '`id`', '"', "'", '\n', '--', '*'];
    const { stdout } = await run(shell('for a; do printf "%s\\0" "$a"; done', ...nasty));
    expect(stdout.split('\0').slice(0, -1)).toEqual(nasty);
  });

  it.each([
    ['.::bin:', 'nothing', /^\/usr\/local\/sbin:.*:\/bin$/],
    ['', 'nothing', /^\/usr\/local\/sbin:.*:\/bin$/],
    ['.:/usr/bin::/bin:x', 'what is absolute', /^\/usr\/bin:\/bin$/],
  ])('of the path %j %s is searched for programs', async (path, _, searched) => {
    vi.stubEnv('PATH', path);
    const { stdout } = await run(shell('echo "$PATH"'));
    vi.unstubAllEnvs();
    expect(stdout.trim()).toMatch(searched);
  });

  it('keeps from programs what would have them do or say something else, such as the language of their words', async () => {
    const others = {
      LANGUAGE: 'de:fr',
      TAR_OPTIONS: '--bogus',
      POSIXLY_CORRECT: '1',
      ENV: '/x',
      APT_CONFIG: '/x',
    };
    for (const [name, value] of Object.entries(others)) vi.stubEnv(name, value);
    vi.stubEnv('SOME_PROXY', 'x');
    const { stdout } = await run({ program: 'env', args: [] });
    vi.unstubAllEnvs();
    const names = stdout.split('\n').map((line) => line.split('=')[0] ?? '');
    expect(names.filter((name) => name in others)).toEqual([]);
    expect(names).toContain('SOME_PROXY');
    expect(stdout).toMatch(/^LC_ALL=C\.UTF-8$/m);
  });

  it('says the last line of stderr when a program fails', async () => {
    await expect(run(shell('echo first >&2; echo "the reason" >&2; exit 3'))).rejects.toMatchObject({
      code: 'process-failed',
      message: '"sh" exited with 3: the reason',
    });
  });

  it('counts a signal as 128 + its number', async () => {
    const result = await run({ ...shell('kill -KILL $$'), check: false });
    expect(result).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
  });

  it('says that a program is missing', async () => {
    await expect(run({ program: 'no-such-program-here', args: [] })).rejects.toMatchObject({
      code: 'tool-missing',
    });
  });

  it('says that a program is missing where a folder on the path may not be searched', async () => {
    const error = Object.assign(new Error(), { code: 'EACCES', errno: -13 });
    const failed = startFailure({ program: 'no-such-program-here', cwd: undefined, path: folder, error });
    expect(await failed).toMatchObject({ code: 'tool-missing' });
  });

  it.each([true, false])('says why a program can not be started (check: %s)', async (check) => {
    const program = join(folder, 'program');
    const gone = join(folder, 'gone');
    const reason = async (spec: ProcessSpec): Promise<unknown> =>
      run({ ...spec, check }).catch((error: unknown) => error);
    const told = (name: string, words: string): unknown =>
      expect.objectContaining({
        code: 'process-failed',
        message: `"${name}" can't be started: ${words}`,
      }) as unknown;
    await writeFile(program, 'echo', { mode: 0o600 });
    expect(await reason({ program, args: [] })).toEqual(told(program, 'permission denied'));
    const [PATH, name] = [folder, 'program'];
    expect(await reason({ program: name, args: [], env: { PATH } })).toEqual(told(name, 'permission denied'));
    await writeFile(program, '#!/no/such/interpreter', { mode: 0o700 });
    await chmod(program, 0o700);
    expect(await reason({ program, args: [] })).toEqual(told(program, 'no such file or directory'));
    const args = ['x'.repeat(3_000_000)];
    expect(await reason({ program: 'true', args })).toEqual(told('true', 'argument list too long'));
    expect(await reason({ program: 'true', args: [], cwd: gone })).toEqual(
      told('true', `its working directory "${gone}" is gone`),
    );
  });

  it('gives bytes to stdin', async () => {
    const { stdout } = await run({ program: 'od', args: ['-An', '-tx1'], stdin: Buffer.from([0, 255, 10]) });
    expect(stdout.trim()).toBe('00 ff 0a');
  });

  it('leaves a stream open for the next program', async () => {
    const stream = new PassThrough();
    await run({ ...shell('echo one'), stdout: stream });
    await run({ ...shell('echo two'), stdout: stream });
    stream.end();
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('one\ntwo\n');
  });

  it('appends both outputs to one file in the order in which they come', async () => {
    const appendTo = join(folder, 'log');
    await run({
      ...shell('echo 1; echo 2 >&2; echo 3; echo 4 >&2'),
      stdout: { appendTo },
      stderr: { appendTo },
    });
    expect(await readFile(appendTo, 'utf8')).toBe('1\n2\n3\n4\n');
  });

  it("doesn't wait for a daemon's output where it is told not to", async () => {
    const stream = new PassThrough().resume();
    const begun = performance.now();
    await run({
      ...shell('echo done; sleep 20 & exit 0'),
      stdout: stream,
      stderr: 'ignore',
      leavesDaemons: true,
    });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe('an aborted program', () => {
  it('ends with its whole process group, and rejects with the reason', async () => {
    const controller = new AbortController();
    const running = start({ ...shell('sleep 60 & echo $!; wait'), signal: controller.signal });
    const grandchild = await firstNumber(running.stdout);
    expect(isRunning(grandchild)).toBe(true);
    controller.abort(new Error('the reason'));
    await expect(running.ended).rejects.toThrow('the reason');
    expect(isRunning(grandchild)).toBe(false);
  });

  it.each([
    ['holds its output', { stdin: new PassThrough() }],
    ['holds its output, in the foreground', { stdin: new PassThrough(), inForeground: true }],
  ] as const)(
    'ends though a child of it that ignores SIGTERM %s',
    async (_which, how) => {
      const controller = new AbortController();
      const script = `(trap '' TERM; echo "$(exec sh -c 'echo $PPID')"; exec sleep 60) & wait`;
      const running = start({ ...shell(script), ...how, signal: controller.signal });
      const grandchild = await firstNumber(running.stdout);
      try {
        controller.abort(new Error('the reason'));
        await expect(running.ended).rejects.toThrow('the reason');
        expect(isRunning(grandchild)).toBe('inForeground' in how);
      } finally {
        if (isRunning(grandchild)) process.kill(grandchild, 'SIGKILL');
      }
    },
    20_000,
  );

  it('takes what ignores SIGTERM along when this process ends first', async () => {
    const script = `
      const { start } = await import(${JSON.stringify(join(project, 'dist/core/processes/process.js'))});
      const patient = "trap '' TERM; echo $$ >pid; echo up; exec sleep 60";
      const interruption = new AbortController();
      const { stdout, ended } = start({ program: 'sh', args: ['-c', patient], cwd: process.argv[1], signal: interruption.signal });
      stdout.once('data', () => {
        interruption.abort();
        setTimeout(() => process.exit(7), 500);
      });
      await ended;`;
    const { exitCode } = await run({
      program: process.execPath,
      args: ['-e', script, '--', folder],
      check: false,
    });
    expect(exitCode).toBe(7);
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    await until(
      () => isRunning(pid),
      (alive) => !alive,
    );
  });

  it('is not started when the signal was aborted before', async () => {
    await expect(run({ ...shell('exit 0'), signal: AbortSignal.abort(new Error('early')) })).rejects.toThrow(
      'early',
    );
  });
});
