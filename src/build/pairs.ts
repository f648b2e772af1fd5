import { failure } from '../core/errors/gitian-error.js';

/**
 * Reads the value of `--commit` or `--url`, `DIR=VALUE,DIR=VALUE`. A value may contain `=`, but no comma. Throws
 * `usage-bad-value` for anything else, and for a directory that is given two values.
 */
export function parsePairs(text: string | undefined, option: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of text?.split(',') ?? []) {
    const [, dir, value] = /^([^=]+)=(.+)$/s.exec(pair) ?? [];
    if (dir === undefined || value === undefined)
      throw badPair(option, pair, 'DIR=VALUE pairs with commas between');
    if ((pairs.get(dir) ?? value) !== value) throw badPair(option, pair, `one value for "${dir}"`);
    pairs.set(dir, value);
  }
  return pairs;
}

function badPair(option: string, value: string, expected: string): Error {
  return failure('usage-bad-value', { what: option, value, expected });
}
