import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../../src/verify/repository/glob.js';

/** What patterns mean, in the words of regular expressions, which take for ever over some. */
function means(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

const few = fc.constantFrom('a', 'b', '*', '?', '.', '/', '\n', '[', '\\', '\u{1f600}', '\ud83d');
const short = fc.string({ unit: few, maxLength: 8 });

describe('matchesGlob', () => {
  it('takes a pattern for what the regular expression says', () => {
    fc.assert(
      fc.property(short, short, (name, pattern) => {
        expect(matchesGlob(name, pattern)).toBe(means(pattern).test(name));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['1.0', '1.*', true],
    ['1.0', '1', false],
    ['a/1.0', '*/1.?', true],
    ['', '', true],
    ['', '**', true],
    ['', '?', false],
    ['a*', 'a*', true],
    ['\u{1f600}', '??', true],
  ])('%j fits %j: %j', (name, pattern, fits) => {
    expect(matchesGlob(name, pattern)).toBe(fits);
  });

  it.each(['*a*a*b', `${'*a'.repeat(50)}*b`, `*${'a'.repeat(700)}b`])(
    'says at once of a long name that it fits no pattern of many stars (%s)',
    (pattern) => {
      const before = performance.now();
      expect(matchesGlob('a'.repeat(1500), pattern)).toBe(false);
      expect(performance.now() - before).toBeLessThan(3000);
    },
  );
});
