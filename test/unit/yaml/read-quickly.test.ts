import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GitianError } from '../../../src/core/errors/gitian-error.js';
import { readYaml } from '../../../src/yaml/read.js';
import { readQuickly } from '../../../src/yaml/read-quickly.js';
import { isMap, type OrderedMap } from '../../../src/yaml/value.js';
import { writeYaml } from '../../../src/yaml/write.js';
import { arbitraryMap, changed } from '../../support/samples/arbitrary-yaml.js';

const assertion = `--- !!omap
- out_manifest: |
    aa  one
    bb  two words
- in_manifest: |-
    cc  hello-desc.yml
    git:dd hello
- base_manifests: !!omap
  - bookworm-amd64: |
      ee  a_1_amd64.deb
      ff  b_2_all.deb
  - bookworm-i386: 'ee  a

      '
- cache_common_manifest: ''
- cache_package_manifest: 'aa  x

    '
- release: 0.21.0-linux
- name: hello
- type: build
- optionals:
`;

const older = `--- !omap${' '}
- out_manifest: ! 'aa  one

    bb  two

'
- base_manifests: !omap
  - precise-amd64: ! 'ee  a

      ff  b

'
- release: 1.5
- optionals:${' '}
`;

const words = '---\nname: hello\nrelease: 08\ncount: 12\nno: yes\n';

const quickly = (text: string): OrderedMap | undefined => readQuickly(Buffer.from(text), 'test');

/** What the whole reader makes of it; undefined where it refuses it or has something to remark. */
function wholly(text: string): unknown {
  try {
    const { value, warnings } = readYaml(Buffer.from(text), 'test');
    return warnings.length === 0 ? plain(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Control characters and the like are refused before anything is read. */
function unlessRefused(text: string): OrderedMap | undefined {
  try {
    return quickly(text);
  } catch (error) {
    if (error instanceof GitianError) return undefined;
    throw error;
  }
}

/** Maps as lists, so that their order is compared too. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(([key, each]) => [key, plain(each)] as unknown);
  return Array.isArray(value) ? value.map(plain) : value;
}

/** A block in a map in a map. */
const inside = (lines: string): string =>
  `--- !!omap\n- a: !!omap\n  - b: |\n${lines.replace(/^/gm, '      ')}\n`;

describe('the quick reader', () => {
  it.each([
    ['assertions as Psych 4 writes them', assertion],
    ['assertions as older versions wrote them', older],
    ['in words only', words],
  ])('reads %s', (_, text) => {
    const value = quickly(text);
    expect(isMap(value)).toBe(true);
    expect(plain(value)).toEqual(wholly(text));
  });

  it.each([
    ['an empty line in a block', '--- !!omap\n- a: |\n    x\n\n    y\n'],
    ['another indentation', '--- !!omap\n- a: |\n  x\n'],
    ['a line that is indented more at first', '--- !!omap\n- a: |\n      x\n    y\n'],
    ['a key that is there twice', '--- !!omap\n- a: x\n- a: y\n'],
    ['a comment', '--- !!omap\n- a: x # y\n'],
    ['a second document', '--- !!omap\n- a: x\n--- !!omap\n- a: x\n'],
    ['an end without a line feed', '--- !!omap\n- a: x'],
    ['an end without a line feed in a block', '--- !!omap\n- a: |-\n    xy'],
    ['text behind the dashes that is no tag', '--- omap\n- a: x\n'],
    ['a key that is a number', '--- !!omap\n- 12: x\n'],
    ['a word that ends as a key does', '--- !!omap\n- a: x:\n'],
    ['a word that ends as a key does, in a map', 'a: x:\n'],
    ['a word with a space behind it', '--- !!omap\n- a: x \n'],
    ['a dash', '--- !!omap\n- a: -\n'],
    ['a map in a map in a map', '--- !!omap\n- a: !!omap\n  - b: !!omap\n  - c: x\n'],
    ['a line of spaces in a block', '--- !!omap\n- a: |\n    x\n    \n'],
    ['a line in a block that is indented less', '--- !!omap\n- a: |\n    x\n   y\n'],
    ['a line that is indented more at first, further inside', inside('  x\ny')],
    ['a line of spaces in a block further inside', inside('x\n')],
    ['a line that is indented less, further inside', '--- !!omap\n- a: !!omap\n  - b: |\n      x\n     y\n'],
    ['a space at the end of a quoted line', "--- !!omap\n- a: 'x \n\n    y'\n"],
    ['a space at the beginning of a quoted line', "--- !!omap\n- a: 'x\n\n     y'\n"],
    ['empty lines between quoted ones', "--- !!omap\n- a: 'x\n\n    \n\n    y'\n"],
    ['quotes in quotes', "--- !!omap\n- a: 'it''s'\n"],
    ['a line that is continued', "--- !!omap\n- a: 'x\n    y'\n"],
    ['what is a number behind a "!"', "--- !!omap\n- a: ! '12'\n"],
    ['nothing', '--- !!omap\n'],
    ['a map with quotes', '---\na: "x"\n'],
    ['a map with a key twice', 'a: x\na: y\n'],
    [
      'more entries than a report has',
      `--- !!omap\n${Array.from({ length: 1001 }, (_, at) => `- a${String(at)}: x\n`).join('')}`,
    ],
  ])('leaves %s to the whole reader', (_, text) => {
    expect(quickly(text)).toBeUndefined();
  });

  it('reads no text in another way than the whole reader, or leaves it alone', () => {
    let read = 0;
    const text = fc.oneof(
      fc.constantFrom(assertion, older, words).chain(changed),
      arbitraryMap.map((map) => writeYaml(map)),
    );
    fc.assert(
      fc.property(text, (source) => {
        const value = unlessRefused(source);
        if (value === undefined) return;
        read += 1;
        expect(plain(value)).toEqual(wholly(source));
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(200);
  });
});
