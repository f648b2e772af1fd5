import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GitianError } from '../../../src/core/errors/gitian-error.js';
import { readYaml } from '../../../src/yaml/read.js';
import { isMap, type YamlValue } from '../../../src/yaml/value.js';
import { writeYaml } from '../../../src/yaml/write.js';
import { arbitraryMap, arbitrarySource } from '../../support/arbitrary-yaml.js';
import { brokenDescriptors } from '../../support/broken-descriptors.js';

const read = (text: string | Uint8Array) =>
  readYaml(typeof text === 'string' ? Buffer.from(text) : text, 'x.yml');

const valueOf = (text: string): YamlValue => read(text).value;

const only = (text: string): YamlValue | undefined => {
  const value = valueOf(text);
  return isMap(value) ? value.get('a') : undefined;
};

const messageOf = (text: string | Uint8Array): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof GitianError && error.exitCode === 2) return error.message;
    throw error;
  }
  return 'it was read';
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

describe('what is refused', () => {
  it.each(brokenDescriptors.map((broken) => [broken.title, broken] as const))(
    '%s',
    (_, { text, message }) => {
      expect(messageOf(text)).toBe(message);
    },
  );

  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'x.yml: it is empty'],
    ['white space and comments', ' \n# c\n', 'x.yml: it is empty'],
    ['an HTML page', '\n<html><body>Not found</body></html>', 'x.yml: it is an HTML page, not YAML'],
    ['a doctype', '<!DOCTYPE html>\n<title>x</title>', 'x.yml: it is an HTML page, not YAML'],
    ['UTF-16', Buffer.from('\ufeffa: 1\n', 'utf16le'), 'x.yml: it is UTF-16, not UTF-8'],
    ['Latin-1', Buffer.from('a: 1\né: café\n', 'latin1'), 'x.yml:2:1: this is not UTF-8'],
    [
      'Latin-1 behind other characters',
      Buffer.concat([Buffer.from('é: caf'), Buffer.of(0xe9, 0x0a)]),
      'x.yml:1:7: this is not UTF-8',
    ],
    ['more than 16 MiB', Buffer.alloc(16 * 1024 * 1024 + 1, '#'), 'x.yml: it is larger than 16 MiB'],
    ['a NUL character', 'a: 1\n\0', 'x.yml:2:1: the control character U+0000 is not allowed'],
    [
      'an escape character in a comment',
      'a: 1 # \u001b[2J',
      'x.yml:1:8: the control character U+001B is not allowed',
    ],
    [
      'an alias',
      'a: &x [1]\nb: *x\n',
      'x.yml:2:4: aliases are not allowed, and text that begins with "*" needs quotes',
    ],
    [
      'an alias of nothing',
      'a: *x\n',
      'x.yml:1:4: aliases are not allowed, and text that begins with "*" needs quotes',
    ],
    [
      'an alias of an empty anchor',
      'a: &x\nb: *x\n',
      'x.yml:2:4: aliases are not allowed, and text that begins with "*" needs quotes',
    ],
    [
      'an alias as a key',
      'a: &x k\n*x : 1\n',
      'x.yml:2:1: aliases are not allowed, and text that begins with "*" needs quotes',
    ],
    [
      'a second document',
      'a: 1\n---\nb: 2\n',
      'x.yml:3:1: a second document begins here, and only one is read',
    ],
    ['a marker without a space', '# c\n---a: 1\n', 'x.yml:2:4: a space is missing after "---"'],
    ['a list as a key', '? [a]\n: 1\n', 'x.yml:1:3: a key has to be text'],
    ['a value without a key', 'a: 1\n: 2\n', 'x.yml:2:1: a key is missing before this ":"'],
    ['an empty item', 'a:\n  - b\n  -\nc: 1\n', 'x.yml:3:3: an item of this list is empty'],
    [
      'an entry of two keys',
      '--- !!omap\n- a: 1\n  b: 2\n',
      'x.yml:2:3: an entry of an ordered map has to be one key with its value',
    ],
    [
      'an entry that is a text',
      '--- !!omap\n- a\n',
      'x.yml:2:3: an entry of an ordered map has to be one key with its value',
    ],
    ['an object of Ruby', 'a: !ruby/object:Set\n  x: 1\n', 'x.yml:1:4: objects of Ruby are not read'],
    ['a symbol of Ruby', 'a: !ruby/symbol x\n', 'x.yml:1:4: objects of Ruby are not read'],
    ['a binary value', 'a: !binary |\n  eA==\n', 'x.yml:1:4: binary values are not read'],
    [
      'an escape that there is not',
      'a: "\\d"\n',
      'x.yml:1:6: this escape means nothing between double quotes: a backslash is written "\\\\"',
    ],
    ['half a surrogate pair', 'a: "\\udc00"\n', 'x.yml:1:4: half of a surrogate pair is no character'],
    ['100 levels', `${'['.repeat(100)}1${']'.repeat(100)}`, 'x.yml:1:100: this is nested too deeply'],
    ['50,001 values', `[${'1,'.repeat(50_001)}]`, 'x.yml:1:100002: there are more than 50000 values'],
  ])('%s', (_, text, message) => {
    expect(messageOf(text)).toBe(message);
  });

  it('98 levels and 49,000 values are not', () => {
    expect(messageOf(`${'['.repeat(98)}1${']'.repeat(98)}`)).toBe('it was read');
    expect(messageOf(`[${'1,'.repeat(49_000)}]`)).toBe('it was read');
  });
});

describe('any text', () => {
  it('is read, or refused with its place', () => {
    fc.assert(
      fc.property(fc.oneof(arbitrarySource, fc.string({ unit: 'binary' })), (text) => {
        const message = messageOf(text);
        expect(message).toMatch(/^it was read$|^x\.yml(?::\d+:\d+)?: [^\n]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('of any bytes too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        expect(messageOf(bytes)).toMatch(/^it was read$|^x\.yml(?::\d+:\d+)?: [^\n]+$/);
      }),
    );
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
