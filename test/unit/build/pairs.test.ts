import { describe, expect, it } from 'vitest';
import { parsePairs } from '../../../src/build/pairs.js';

describe('DIR=VALUE pairs', () => {
  it.each([
    [undefined, []],
    ['a=1', [['a', '1']]],
    [
      'a=1,b=v0.21.0',
      [
        ['a', '1'],
        ['b', 'v0.21.0'],
      ],
    ],
    ['a=https://localhost/x?y=z', [['a', 'https://localhost/x?y=z']]],
    ['a=1,a=1', [['a', '1']]],
  ])('%j', (text, pairs) => {
    expect([...parsePairs(text, '--url')]).toEqual(pairs);
  });

  it.each(['', 'a', 'a=', '=1', 'a=1,', ',a=1', 'a=1,b', 'a=1,a=2'])('%j is refused', (text) => {
    expect(() => parsePairs(text, '--commit')).toThrow('--commit must be');
  });
});
