import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../src/cli/version.js';
import { commandNames, executable, project, runProgram } from '../support/commands.js';

const gbuild = executable('gbuild');

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'gitian launch-')));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe.each(commandNames)('%s', (name) => {
  it('answers --help and --version on stdout with 0', () => {
    const help = runProgram(executable(name), ['--help']);
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout).toMatch(new RegExp(`^Usage: ${name} `));
    expect(runProgram(executable(name), ['--version'])).toEqual({
      exitCode: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  it('answers an option that is none with 2, one sentence and a hint', () => {
    const { exitCode, stdout, stderr } = runProgram(executable(name), ['--no-such-option']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^${name}: (unknown|required) option .*\\nhint: ${name} --help\\n$`));
  });
});

describe('gbuild', () => {
  it('works from any working directory', () => {
    expect(runProgram(gbuild, ['--version'], { cwd: folder })).toMatchObject({
      exitCode: 0,
      stdout: `${version}\n`,
    });
  });

  it('works through a link, and through a link to that on PATH', () => {
    const links = join(folder, 'links');
    mkdirSync(links);
    symlinkSync(gbuild, join(links, 'first'));
    symlinkSync('first', join(links, 'gbuild'));
    expect(runProgram(join(links, 'first'), ['--version'])).toMatchObject({ exitCode: 0 });
    const env = { PATH: `${links}${delimiter}${process.env['PATH'] ?? ''}` };
    expect(runProgram('gbuild', ['--version'], { cwd: folder, env })).toMatchObject({
      exitCode: 0,
      stdout: `${version}\n`,
    });
  });

  it('answers a missing argument with 2', () => {
    expect(runProgram(gbuild, [])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: "gbuild: missing required argument 'descriptor'\nhint: gbuild --help\n",
    });
  });

  it('answers too many arguments with 2', () => {
    const { exitCode, stderr } = runProgram(gbuild, ['a.yml', 'b.yml']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^gbuild: too many arguments.*\nhint: gbuild --help\n$/);
  });

  it('suggests the option that was meant', () => {
    const { exitCode, stderr } = runProgram(gbuild, ['--quite', 'a.yml']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--quiet');
  });

  it.each(['stdout', 'stderr'] as const)("doesn't mind that nobody reads its %s", async (closed) => {
    const args = closed === 'stdout' ? ['--help'] : ['--no-such-option'];
    const child = spawn(gbuild, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child[closed].destroy();
    const said = text(closed === 'stdout' ? child.stderr : child.stdout);
    const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect({ exitCode, signal, said: await said }).toEqual({
      exitCode: closed === 'stdout' ? 0 : 2,
      signal: null,
      said: '',
    });
  });

  it('says that its output can not be written', () => {
    const { exitCode, stderr } = runProgram('sh', ['-c', 'exec "$0" --help >/dev/full', gbuild]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^gbuild: the disk that holds "standard output" is full\n/);
  });

  it('says that its folder is gone', () => {
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" a.yml';
    expect(runProgram('sh', ['-c', script, gbuild], { cwd: folder })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'gbuild: the current directory is gone\nhint: cd to one that exists\n',
    });
  });
});

describe('a clone that is not installed', () => {
  const copy = (): string => {
    const clone = mkdtempSync(join(folder, 'clone '));
    for (const name of ['package.json', 'bin', 'libexec']) {
      cpSync(join(project, name), join(clone, name), { recursive: true });
    }
    return clone;
  };
  const missing = (name: string, clone: string): object => ({
    exitCode: 2,
    stdout: '',
    stderr: `${name}: it is not installed yet: npm ci is missing\nhint: cd '${clone}' && npm ci\n`,
  });

  it('says that npm ci is missing when nothing is compiled', () => {
    const clone = copy();
    expect(runProgram(join(clone, 'bin/gbuild'), ['--help'])).toEqual(missing('gbuild', `${clone}/`));
    expect(runProgram(join(clone, 'libexec/on-target'), [])).toEqual(missing('on-target', `${clone}/`));
  });

  it('refuses a Node that is too old', () => {
    const old =
      'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.18.3"}})';
    expect(runProgram(process.execPath, ['--import', old, gbuild, '--help'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'gbuild: Node 20.18.3 is too old\nhint: install Node 20.19 or newer\n',
    });
  });
});
