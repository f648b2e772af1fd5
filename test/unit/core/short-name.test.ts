import { describe, expect, it } from 'vitest';
import { shortName } from '../../../src/core/files/short-name.js';

describe('a short name', () => {
  it.each(['plain', '\u00e9t\u00e9', '\u20ac 20', 'a\u{1f600}b\u{1f600}'])(
    'of %j is as much of it as there is room for, in whole characters',
    (name) => {
      for (let bytes = 0; bytes <= Buffer.byteLength(name) + 1; bytes++) {
        let expected = '';
        for (const character of name) {
          if (Buffer.byteLength(expected + character) > bytes) break;
          expected += character;
        }
        expect(shortName(name, bytes)).toBe(expected);
      }
    },
  );
});
