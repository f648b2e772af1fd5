import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printableJson } from '../../../src/core/words/printable-json.js';

describe('printableJson', () => {
  it.each([
    ['\u009b2J', '"\\u009b2J"'],
    ['\u007f', '"\\u007f"'],
    ['\u001b', '"\\u001b"'],
    ['\u202egnp.exe\u2069\u200f', '"\\u202egnp.exe\\u2069\\u200f"'],
    ['ünïcödé, 日本, 🙂 \\u009b', '"ünïcödé, 日本, 🙂 \\\\u009b"'],
  ])('writes %j as %s', (text, written) => {
    expect(printableJson([text])).toBe(`[${written}]`);
  });

  it('is the same value, and nothing that a terminal obeys', () => {
    const text = fc.string({
      unit: fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCharCode(code)),
    });
    fc.assert(
      fc.property(fc.dictionary(text, text), (value) => {
        const written = printableJson(value, 2);
        expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(written).not.toMatch(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});
