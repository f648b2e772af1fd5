import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../src/yaml/read.js';
import { isMap, type YamlValue } from '../../../src/yaml/value.js';
import { writeYaml } from '../../../src/yaml/write.js';
import { arbitraryMap } from '../../support/samples/arbitrary-yaml.js';

const read = (text: string) => readYaml(Buffer.from(text), 'x.yml');

const valueOf = (text: string): YamlValue => read(text).value;

const only = (text: string): YamlValue | undefined => {
  const value = valueOf(text);
  return isMap(value) ? value.get('a') : undefined;
};

describe('a scalar without quotes', () => {
  it.each<[string, YamlValue]>([
    ['', null],
    ['~', null],
    ['NULL', null],
    ['yes', true],
    ['On', true],
    ['no', false],
    ['FALSE', false],
    ['y', 'y'],
    ['N', 'N'],
    ['12', 12],
    ['-3', -3],
    ['0.19', 0.19],
  ])('%j is what Psych takes it for', (text, value) => {
    expect(only(`a: ${text}\n`)).toBe(value);
  });

  it.each([
    '08',
    '017',
    '1e3',
    '1.10',
    '1.0',
    '0x1F',
    '1_000',
    '1:30',
    '+1',
    '-0',
    '.5',
    '.inf',
    '2017-01-01',
    '2017-01-01 00:00:00',
    ':symbol',
    '<<',
    '=',
    '9007199254740993',
    '1234567890123456789012345678901234567890',
  ])('%s stays text', (text) => {
    expect(only(`a: ${text}\n`)).toBe(text);
  });

  it('is text between quotes, and behind "!" and "!!str"', () => {
    expect(valueOf(`['1', "yes", ! '08', ! 7, !!str 1, !str ~]`)).toEqual(['1', 'yes', '08', '7', '1', '~']);
  });

  it('means the same behind a tag that says nothing', () => {
    expect(valueOf('[!foo 1, !!int "1", !<tag:example.org,2000:x> yes]')).toEqual([1, 1, true]);
  });
});

describe('a map', () => {
  it('keeps its order, whatever its keys look like', () => {
    const value = valueOf('b: 1\n10: 2\n9: 3\n__proto__: 4\nconstructor: 5\n"": 6\nyes: 7\n~: 8\n1.0: 9\n');
    expect(isMap(value) && [...value]).toEqual([
      ['b', 1],
      ['10', 2],
      ['9', 3],
      ['__proto__', 4],
      ['constructor', 5],
      ['', 6],
      ['yes', 7],
      ['~', 8],
      ['1.0', 9],
    ]);
  });

  it('takes the last of equal keys, in the place of the first, and warns of each', () => {
    const { value, warnings } = read('a: 1\nb: {c: 1, c: 2}\n"a": 3\n');
    expect(isMap(value) && [...value]).toEqual([
      ['a', 3],
      ['b', new Map([['c', 2]])],
    ]);
    expect(warnings).toEqual([
      'x.yml:2:11: the key "c" is here again, and the last one counts',
      'x.yml:3:1: the key "a" is here again, and the last one counts',
    ]);
  });

  it.each(['!omap', '!!omap', '!omap ', '!<tag:yaml.org,2002:omap>'])('is a list tagged %s', (tag) => {
    const value = valueOf(
      `--- ${tag}\n- b: ${tag}\n  - d: 1\n- a: ${tag} []\n- c: ${tag} {}\n- e: ${tag} [f: 1]\n`,
    );
    expect(isMap(value) && [...value]).toEqual([
      ['b', new Map([['d', 1]])],
      ['a', new Map()],
      ['c', new Map()],
      ['e', new Map([['f', 1]])],
    ]);
  });

  it('has keys behind "?" too', () => {
    expect(valueOf('? a\n: 1\n? |-\n  b\n  c\n: 2\n')).toEqual(
      new Map([
        ['a', 1],
        ['b\nc', 2],
      ]),
    );
  });
});

describe('a text', () => {
  it('may have a byte order mark, carriage returns, one marker at its beginning and one at its end', () => {
    expect(valueOf('\ufeff---\r\na: |\r\n  x\r\n  y\r\nb: 1\r\n...\r\n')).toEqual(
      new Map<string, YamlValue>([
        ['a', 'x\ny\n'],
        ['b', 1],
      ]),
    );
    expect(valueOf('a: 1\rb: 2')).toEqual(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    );
  });

  it('may end in the middle of a block, which then has no line feed at its end', () => {
    expect(only('a: |\n  x\n  y')).toBe('x\ny');
    expect(only('a: >+\n  x\n  y')).toBe('x y');
    expect(only('a: |\n  x\n  ')).toBe('x\n');
    expect(only('a: |+\n  x\n  ')).toBe('x\n');
    expect(only('a: !!str |\n  x')).toBe('x');
  });

  it('may close quotes at the beginning of a line, as old assertions do', () => {
    expect(valueOf("--- !omap\n- a: 'x\n\n'\n- b: ! 'y\n\n'\n")).toEqual(
      new Map([
        ['a', 'x\n'],
        ['b', 'y\n'],
      ]),
    );
  });
});

describe('a place', () => {
  const text =
    '# c\nname: x\nlist:\n  - one\n  # between\n  - "two"\nempty:\nmap: {k: v}\nélan: |\n  text\nbelow:\n  # c\n  deep: !!str 1\n';

  it.each<[readonly (string | number)[], number, number]>([
    [[], 2, 1],
    [['name'], 2, 7],
    [['list'], 4, 3],
    [['list', 1], 6, 5],
    [['list', 9], 4, 3],
    [['empty'], 7, 1],
    [['map', 'k'], 8, 10],
    [['map', 'missing'], 8, 6],
    [['élan'], 9, 7],
    [['below', 'deep'], 13, 9],
    [['missing'], 2, 1],
  ])('%j is in line %i, column %i', (path, line, column) => {
    expect(read(text).place(path)).toEqual({ line, column });
  });

  it('of a key is where it begins', () => {
    expect(read(text).keyPlace(['map', 'k'])).toEqual({ line: 8, column: 7 });
    expect(read(text).keyPlace(['below', 'deep'])).toEqual({ line: 13, column: 3 });
  });
});

describe('what was written', () => {
  it('is read as it was', () => {
    fc.assert(
      fc.property(arbitraryMap, (map) => {
        const again = valueOf(writeYaml(map));
        expect(again).toEqual(map);
        expect(writeYaml(isMap(again) ? again : new Map())).toBe(writeYaml(map));
      }),
      { numRuns: 2000 },
    );
  });
});
