import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandNames, executable, project, runProgram } from '../support/commands.js';

const file = join(project, 'share/completions/gitian.bash');

/** What bash offers for the last of the words, as it calls a completion: with the word itself and the one before it. */
function offered(...words: [string, ...string[]]): string[] {
  const script =
    'source "$0"; COMP_CWORD=$(($# - 1)); _gitian "$1" "${@: -1}" "${@: -2:1}"; printf "%s\\n" "${COMPREPLY[@]}"';
  const { stdout, stderr } = spawnSync('bash', ['-c', script, file, ...words], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it.each(commandNames)('offers what %s --help says', (name) => {
    const { stdout } = runProgram(executable(name), ['--help']);
    const options = [...stdout.matchAll(/^ +(?:-\w, )?(--[a-z_-]+)/gm)].map(([, option]) => option);
    expect(options).toContain('--help');
    expect(offered(executable(name), '--').sort()).toEqual(options.sort());
  });

  it('offers what begins as the word does, and values', () => {
    expect(offered(executable('gbuild'), '--skip-').sort()).toEqual([
      '--skip-cleanup',
      '--skip-fetch',
      '--skip-image',
    ]);
    expect(offered(executable('gbuild'), '--network', '')).toEqual(['full', 'packages', 'none']);
    expect(offered(executable('gitian-cache'), 'r')).toEqual(['remove']);
    expect(offered(executable('gbuild'), 'hello')).toEqual([]);
  });

  it('knows every command', () => {
    const complete = /^complete [^]*$/m.exec(readFileSync(file, 'utf8'))?.[0] ?? '';
    expect(commandNames.filter((name) => !complete.split(/\s+/).includes(name))).toEqual([]);
  });
});
