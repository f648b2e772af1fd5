import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { programWords } from '../../../src/core/processes/program-words.js';
import { quoteWords } from '../../../src/core/processes/shell-quote.js';

/** What sh makes of the same line. */
function shellWords(line: string): string[] {
  const shell = spawnSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return shell.stdout.split('\0').slice(0, -1);
}

describe('programWords', () => {
  it.each([
    'gpg --detach-sign',
    '  gpg\t--detach-sign ',
    `gpg --homedir '/home/a b' -u "Alice \\"A\\" B"`,
    `a\\ b c\\'d "e\\f" 'g\\h' i"j"'k'`,
    `x '' "" y""z`,
    'a#b a~b x]y',
    '"a\\\nb" c\\\nd',
    'gpg "\\\\" \'\\\'',
    'gpg --x=y,z:1/2.3@4%5+6^7',
    "gpg 'a\nb'",
    'gpg é "ü"',
  ])('splits %j as sh does', (line) => {
    expect(programWords(line).words).toEqual(shellWords(line));
  });

  it.each([
    ['', 'it names no program'],
    [' \t', 'it names no program'],
    ["'' x", 'it names no program'],
    ["gpg 'a", 'a quote has no end, or a backslash ends it'],
    ['gpg "a', 'a quote has no end, or a backslash ends it'],
    ['gpg \\', 'a quote has no end, or a backslash ends it'],
    ['gpg $KEY', '"$" means something to a shell, and no shell is run'],
    ['gpg `id`', '"`" means something to a shell, and no shell is run'],
    ['GNUPGHOME=/x gpg', '"GNUPGHOME=/x" means something to a shell, and no shell is run'],
    ['gpg --homedir ~/x', '"~/x" means something to a shell, and no shell is run'],
    ['gpg | cat', '"|" means something to a shell, and no shell is run'],
    ['gpg && id', '"&&" means something to a shell, and no shell is run'],
    ['gpg ; id', '";" means something to a shell, and no shell is run'],
    ['gpg > /tmp/x', '">" means something to a shell, and no shell is run'],
    ['gpg 2>/dev/null', '"2>/dev/null" means something to a shell, and no shell is run'],
    ['gpg\0', '"\\u0000" means something to a shell, and no shell is run'],
  ])('refuses %j', (line, problem) => {
    expect(programWords(line)).toEqual({ problem });
  });

  it('undoes quoting', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !/[$`\0]|^[~|&;()\d<>]/.test(text));
    fc.assert(
      fc.property(fc.array(word), (args) => {
        expect(programWords(quoteWords(['gpg', ...args])).words).toEqual(['gpg', ...args]);
      }),
    );
  });
});
