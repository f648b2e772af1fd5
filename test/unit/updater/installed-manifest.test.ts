import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manifestText, parseManifest } from '../../../src/updater/install/installed-manifest.js';

describe('the installed manifest', () => {
  it('is read as it was written', () => {
    // eslint-disable-next-line no-control-regex -- such names are refused anyway
    const odd = /[\u0000-\u001f\u007f-\u009f/\\\ufeff\u2028\u2029\ud800-\udfff\ufffd\ufffe\uffff]/;
    const name = fc
      .string({ minLength: 1, unit: 'grapheme' })
      .filter((text) => !odd.test(text) && text !== '.' && text !== '..' && !/^[A-Za-z]:/.test(text));
    fc.assert(
      fc.property(
        fc.record({
          name,
          release: name,
          optionals: fc.array(name),
          sums: fc.dictionary(name, fc.constant('a'.repeat(64))),
        }),
        ({ sums: entries, ...rest }) => {
          const manifest = { ...rest, sums: new Map(Object.entries(entries)) };
          const parsed = parseManifest(Buffer.from(manifestText(manifest)), 'm');
          expect(
            typeof parsed === 'string' ? parsed : { ...parsed, sums: new Map([...parsed.sums].sort()) },
          ).toEqual({
            ...manifest,
            sums: new Map([...manifest.sums].sort()),
          });
        },
      ),
    );
  });

  it('is this text', () => {
    const manifest = {
      name: 'foo',
      release: '1.10',
      optionals: ['b'],
      sums: new Map([
        ['a "q"', '00'],
        ['B', '11'],
      ]),
    };
    expect(manifestText(manifest)).toBe(
      'name: "foo"\noptionals:\n- "b"\nrelease: "1.10"\nsums:\n  "B": "11"\n  "a \\"q\\"": "00"\n',
    );
  });

  it("is read as Python's yaml.dump wrote it", () => {
    const text = "name: hello\noptionals: []\nrelease: '0.9'\nsums: {README: 00aa, bin/hello: '11'}\n";
    expect(parseManifest(Buffer.from(text), 'm')).toEqual({
      name: 'hello',
      release: '0.9',
      optionals: [],
      sums: new Map([
        ['README', '00aa'],
        ['bin/hello', '11'],
      ]),
    });
  });

  it.each([
    ['', /empty/],
    ['[]', /not a map/],
    ['release: 1', /names no package/],
    ['name: a\nrelease: 1', /lists no files/],
    ["name: a\nrelease: 1\nsums: {'../../etc/passwd': x}", /leads out of its folder/],
    ['name: a\nrelease: 1\nsums: {a: [1]}', /without a SHA-256/],
    ['{', /./],
  ])('refuses %j', (text, says) => {
    expect(parseManifest(Buffer.from(text), 'm')).toMatch(says);
  });
});
