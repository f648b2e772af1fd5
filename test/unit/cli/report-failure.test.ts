import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { reportFailure } from '../../../src/cli/report-failure.js';
import { failure } from '../../../src/core/errors/gitian-error.js';
import { Interrupted } from '../../../src/core/errors/interrupted.js';
import { Recorder, testIo } from '../../support/terminal.js';

function report(thrown: unknown): { exitCode: number; text: string } {
  const stderr = new Recorder();
  const exitCode = reportFailure(thrown, 'gbuild', testIo(stderr));
  return { exitCode, text: stderr.text };
}

const systemError = (code: string, path?: string): Error =>
  Object.assign(new Error(`${code}: words of the system`), { code, ...(path === undefined ? {} : { path }) });

describe('reportFailure', () => {
  it('tells sentence, lines, hint and log, in this order', () => {
    const error = failure(
      'tool-missing',
      { tools: ['lxc-start'], packages: ['lxc'] },
      { log: 'var/target.log', lines: ['line 1', 'line 2'] },
    );
    expect(report(error)).toEqual({
      exitCode: 2,
      text: [
        'gbuild: "lxc-start" is not installed',
        'line 1',
        'line 2',
        'hint: apt-get install lxc',
        'log: var/target.log',
        '',
      ].join('\n'),
    });
  });

  it('tells where the log is although the folder of the command is gone', () => {
    const cwd = vi.spyOn(process, 'cwd').mockImplementation(() => {
      throw systemError('ENOENT');
    });
    const error = failure('tool-missing', { tools: ['x'], packages: [] }, { log: '/gone/var/target.log' });
    expect(report(error).text).toMatch(/\nlog: \/gone\/var\/target\.log\n$/);
    cwd.mockRestore();
  });

  it('leaves out what there is not', () => {
    const error = failure('guest-command-failed', { command: 'true', outcome: 'broke off' });
    expect(report(error).text.split('\n')).toEqual([expect.stringMatching(/^gbuild: /), '']);
  });

  it("hints at the command's help where a value is wrong", () => {
    const error = failure('usage-bad-value', { what: '-j', value: 'x', expected: 'a number' });
    expect(report(error)).toEqual({
      exitCode: 2,
      text: 'gbuild: -j must be a number, not "x"\nhint: gbuild --help\n',
    });
  });

  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('exits after %s with %i, without a hint', (signal, exitCode) => {
    expect(report(new Interrupted(signal))).toEqual({
      exitCode,
      text: `gbuild: interrupted by ${signal}\n`,
    });
  });

  it('calls everything else a bug and shows its stack', () => {
    const { exitCode, text } = report(new TypeError('undefined is not a function'));
    expect(exitCode).toBe(70);
    expect(text).toMatch(
      /^gbuild: this is a bug in gbuild, please report it:\nTypeError: undefined is not a function\n {4}at /,
    );
  });

  it.each(['a string', undefined, null, { odd: true }])('survives %j being thrown', (thrown) => {
    expect(report(thrown).exitCode).toBe(70);
  });

  it.each(['ENOSPC', 'EDQUOT'])('knows that %s is a full disk', (code) => {
    expect(report(systemError(code, '/x/build.log'))).toMatchObject({
      exitCode: 1,
      text: expect.stringContaining('the disk that holds "/x/build.log" is full\nhint: ') as string,
    });
  });

  it.each([
    [{ code: 'EACCES', syscall: 'unlink' }, `"/x" can't be written: permission is denied`, 'ls -ld'],
    [{ code: 'EPERM', syscall: 'open' }, `"/x" can't be used: permission is denied`, 'ls -ld'],
    [{ code: 'EROFS', syscall: 'mkdir' }, `"/x" can't be written: its disk is read-only`, 'findmnt'],
    [{ code: 'ENOTDIR', syscall: 'scandir' }, `"/x" can't be used: it is not a folder`, 'move away'],
    [{ code: 'ENOTDIR', syscall: 'open' }, `"/x" can't be used: it lies below a file`, 'move away'],
    [{ code: 'EISDIR', syscall: 'rename', dest: '/y' }, `"/y" can't be written: it is a folder`, 'move away'],
    [{ code: 'EEXIST', syscall: 'mkdir' }, '"/x" is not a folder', 'move it away'],
    [
      { code: 'ENOENT', syscall: 'mkdir' },
      `"/x" can't be written: no folder can be made there`,
      'another place',
    ],
    [
      { code: 'ENOENT', syscall: 'mkdtemp' },
      `"/x" can't be written: its folder does not exist`,
      'make that folder, .*TMPDIR',
    ],
    [
      { code: 'EEXIST', syscall: 'mkdir', path: join(process.cwd(), 'var') },
      '"var" is not a folder',
      'move it away',
    ],
  ])('knows that %j is no bug', (found, words, hint) => {
    const error = Object.assign(new Error('words of the system'), { path: '/x', ...found });
    const { exitCode, text } = report(error);
    expect(exitCode).toBe(2);
    expect(text).toMatch(new RegExp(`^gbuild: ${words}\nhint: .*${hint}`));
  });

  it('takes a file that is missing for a bug, since nobody told of it', () => {
    const error = Object.assign(new Error('gone'), { code: 'ENOENT', syscall: 'open', path: '/x' });
    expect(report(error).exitCode).toBe(70);
  });

  it('tells the first failure when cleaning up failed after it', async () => {
    const work = async (): Promise<void> => {
      await using log = { [Symbol.asyncDispose]: () => Promise.reject(systemError('ENOSPC', '/log')) };
      await Promise.resolve(log);
      throw failure('script-failed', { outcome: 'failed with exit code 3', hint: undefined });
    };
    const thrown = await work().catch((error: unknown) => error);
    expect(report(thrown)).toEqual({
      exitCode: 1,
      text: 'gbuild: the build script failed with exit code 3\n',
    });
  });

  it('leaves each part in its line, whatever is named in it', () => {
    const name = 'x\ngbuild: all is well';
    const error = failure('script-failed', { outcome: name, hint: name }, { lines: [name], log: name });
    expect(report(error).text.split('\n')).toEqual([
      'gbuild: the build script x\\x0agbuild: all is well',
      'x\\x0agbuild: all is well',
      'hint: x\\x0agbuild: all is well',
      'log: x\\x0agbuild: all is well',
      '',
    ]);
  });

  it('shows nothing that a terminal would obey', () => {
    const evil = '\u001b[2J\u202e';
    const error = failure('script-failed', { outcome: evil, hint: evil }, { lines: [evil], log: evil });
    const { text } = report(error);
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
    expect(text.match(/\\x1b\[2J\\u202e/g)).toHaveLength(4);
    expect(report(new Error(evil)).text).not.toContain('\u001b');
  });
});
