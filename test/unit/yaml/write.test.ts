import { describe, expect, it } from 'vitest';
import type { YamlValue } from '../../../src/yaml/value.js';
import { writeYaml } from '../../../src/yaml/write.js';

const written = (value: YamlValue): string =>
  writeYaml(new Map([['k', value]])).replace('--- !!omap\n- k:', '');

describe('writeYaml', () => {
  it('writes a report as Psych does', () => {
    const report = new Map<string, YamlValue>([
      ['out_manifest', `${'0'.repeat(64)}  src/x.tar.gz\n${'1'.repeat(64)}  x.zip\n`],
      ['in_manifest', 'abc  x-desc.yml\ngit:123 x'],
      ['base_manifests', new Map([['bookworm-amd64', 'one\ntwo\n']])],
      ['one_line', 'abc  x\n'],
      ['cache_common_manifest', ''],
      ['release', '0.19'],
      ['optionals', null],
    ]);
    expect(writeYaml(report)).toBe(
      `--- !!omap
- out_manifest: |
    ${'0'.repeat(64)}  src/x.tar.gz
    ${'1'.repeat(64)}  x.zip
- in_manifest: |-
    abc  x-desc.yml
    git:123 x
- base_manifests: !!omap
  - bookworm-amd64: |
      one
      two
- one_line: 'abc  x

    '
- cache_common_manifest: ''
- release: '0.19'
- optionals:
`,
    );
  });

  // What Ruby 3.1 with Psych 4.0.4 and libyaml 0.2.5 wrote.
  it.each<[YamlValue, string]>([
    ['x', ' x\n'],
    ['1.0', " '1.0'\n"],
    ['1.0.0', ' 1.0.0\n'],
    ['08', " '08'\n"],
    ['yes', " 'yes'\n"],
    ['y', ' "y"\n'],
    ['Y', ' Y\n'],
    ['<<', " !!str '<<'\n"],
    ['2019-01-01', " '2019-01-01'\n"],
    ['2019-02-30', ' 2019-02-30\n'],
    ['2019-02-31 10:00:00', " '2019-02-31 10:00:00'\n"],
    ['2019-01-01 10:00:00 +24', ' 2019-01-01 10:00:00 +24\n'],
    ['1:30', " '1:30'\n"],
    ['1e3', ' 1e3\n'],
    ['a: b', " 'a: b'\n"],
    ['a #b', " 'a #b'\n"],
    ["it's", " it's\n"],
    ["'", ' "\'"\n'],
    ['(a)', ' "(a)"\n'],
    ['a ', " 'a '\n"],
    ['a\n\n', ' "a\\n\\n"\n'],
    ['a\tb', ' "a\\tb"\n'],
    ['a \nb', ' "a \\nb"\n'],
    [' a\nb\n', ' |2\n     a\n    b\n'],
    ['a\nb\n\n', ' |+\n    a\n    b\n\n...\n'],
    ['\u{1F600}\u0085', ' "\\U0001F600\\N"\n'],
    [`${'word '.repeat(18)}end`, ` ${'word '.repeat(15)}word\n    word word end\n`],
    [[], ' []\n'],
    [new Map(), ' !!omap []\n'],
    [['a', new Map([['b', ['c']]])], '\n  - a\n  - !!omap\n    - b:\n      - c\n'],
    [true, ' true\n'],
    [12, ' 12\n'],
  ])('writes %j', (value, text) => {
    expect(written(value)).toBe(text);
  });

  it('escapes what readers disagree on, other than Psych', () => {
    expect(written('a\u2028b\u2029')).toBe(' "a\\Lb\\P"\n');
  });

  it('writes a key that is long or has several lines behind "?"', () => {
    expect(writeYaml(new Map([['k'.repeat(128), 'v']]))).toBe(`--- !!omap\n- ${'k'.repeat(128)}: v\n`);
    expect(writeYaml(new Map([['k'.repeat(129), 'v']]))).toBe(`--- !!omap\n- ? ${'k'.repeat(129)}\n  : v\n`);
    expect(writeYaml(new Map([['a\nb', ['v']]]))).toBe('--- !!omap\n- ? |-\n    a\n    b\n  : - v\n');
  });
});
