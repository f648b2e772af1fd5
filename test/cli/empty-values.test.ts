import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandNames, executable, runProgram } from '../support/commands.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'empty-values-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The options of a command that take a value, as `--help` has them. */
function withValue(help: string): string[] {
  return [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+) </gm)].map(([, option = '']) => option);
}

describe.each(commandNames)('%s', (name) => {
  it('refuses a value that is empty, and does nothing', () => {
    const { stdout } = runProgram(executable(name), ['--help']);
    for (const option of withValue(stdout).filter((each) => each !== '--env')) {
      const { exitCode, stderr } = runProgram(executable(name), [option, '', 'x', 'x', 'x'], { cwd: folder });
      expect(stderr).toMatch(
        option === '--wait' || option === '--timeout'
          ? 'it must be a number'
          : `${name}: ${option} is empty\nhint: see whether the variable is set that it comes from\n`,
      );
      expect(exitCode).toBe(2);
    }
    expect(readdirSync(folder)).toEqual([]);
  });
});

it.each([
  ['gitian-updater', ['-c', 'config.yml', '-d', ''], '--dest'],
  ['gitian-updater', ['-c', 'config.yml', '-d', 'dest', '-u', 'file:///x', ''], '--url'],
  ['gbuild', [''], 'the descriptor'],
  ['gsign', ['-s', 'x', 'a.yml', ''], 'one of the descriptors'],
  ['canon-zip', ['2024-01-01', '', 'out.zip'], 'the input'],
  ['copy-to-target', ['', '.'], 'the source'],
  ['copy-from-target', ['x', ''], 'the destination'],
  ['gitian-cache', ['remove', ''], 'one of the names'],
] as const)('%s %j is told that %s is empty', (name, args, what) => {
  const { exitCode, stderr } = runProgram(executable(name), args, { cwd: folder });
  expect(stderr).toMatch(new RegExp(`^${name}: ${what} is empty\n`));
  expect(exitCode).toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});

it("lets a guest's command have no words and no variables", () => {
  const { stderr } = runProgram(executable('on-target'), ['-e', '', 'printf', ''], { cwd: folder });
  expect(stderr).toMatch(/^on-target: no target is running in this workspace\n/);
});
