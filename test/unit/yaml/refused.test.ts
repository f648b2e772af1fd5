import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GitianError } from '../../../src/core/errors/gitian-error.js';
import { readYaml } from '../../../src/yaml/read.js';
import { arbitrarySource } from '../../support/samples/arbitrary-yaml.js';
import { brokenDescriptors } from '../../support/samples/broken-descriptors.js';

const messageOf = (text: string | Uint8Array): string => {
  try {
    readYaml(typeof text === 'string' ? Buffer.from(text) : text, 'x.yml');
  } catch (error) {
    if (error instanceof GitianError && error.exitCode === 2) return error.message;
    throw error;
  }
  return 'it was read';
};

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
      'what is an escape and a bracket in one character',
      'a: \u009b2J\n',
      'x.yml:1:4: the control character U+009B is not allowed',
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
