import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteWord, quoteWords } from '../../../src/core/processes/shell-quote.js';

/** What a real shell makes of the line; bytes, because words needn't be text. */
function shellWords(shell: string, line: string): string[] {
  const { stdout } = spawnSync(shell, ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}

describe('quoteWord', () => {
  it.each([
    ['plain', 'plain'],
    ['a-b_c.d/e:f=g,h+i@j%k', 'a-b_c.d/e:f=g,h+i@j%k'],
    ['', "''"],
    ['a b', "'a b'"],
    ["it's", "'it'\\''s'"],
    ['$HOME', "'$HOME'"],
    ['~', "'~'"],
    ['ä', "'ä'"],
    ['a\n', "'a\n'"],
  ])('writes %j as %s', (word, quoted) => {
    expect(quoteWord(word)).toBe(quoted);
  });

  it('refuses what no shell word can hold', () => {
    expect(() => quoteWord('a\0b')).toThrow(TypeError);
  });
});

describe.each(['sh', 'bash'])('quoteWords, read by %s,', (shell) => {
  it('arrives as it was', () => {
    const special = fc.constantFrom(...Array.from('\'"\\$`!*?[]{}~#;&|<>() \t\n\r-='));
    const any = fc.integer({ min: 1, max: 0x2fff }).map((code) => String.fromCharCode(code));
    const word = fc.string({ unit: fc.oneof(special, any) });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 500 }), (list) => {
        expect(shellWords(shell, quoteWords(list))).toEqual(list);
      }),
      // Each run is a process.
      { numRuns: 10 },
    );
  });

  it('runs nothing', () => {
    const nasty = [
      '$(id)',
      '`id`',
      '; id',
      '&& id',
      '| id',
      '> /tmp/x',
      "'; id; '",
      '"$(id)"',
      '\\',
      '!!',
      '*',
      '#',
    ];
    expect(shellWords(shell, quoteWords(nasty))).toEqual(nasty);
  });
});
