import { descriptorText } from '../samples/descriptor-text.js';
import { harmless, refused, touch, type HostileDescriptor } from './descriptor.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const joined = (...parts: (string | Uint8Array)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Buffer.from(part)));
const laughs = Array.from(
  'bcdefghi',
  (name, index) =>
    `${name}: &${name} [${Array(9)
      .fill(`*${'abcdefgh'.charAt(index)}`)
      .join(', ')}]\n`,
);

/** Files that try to exhaust or to confuse the reader, by what they are made of. */
export const hostileYaml: readonly HostileDescriptor[] = [
  refused('NUL byte', joined(descriptorText(), '# ', bytes(0), '\n')),
  refused('escape character', joined(descriptorText(), '# \u001b[2J\n')),
  refused('UTF-8: a single continuation byte', joined('name: ', bytes(0x80), '\n', descriptorText())),
  refused('UTF-8: too long a form of "/"', joined(descriptorText(), '# ', bytes(0xc0, 0xaf), '\n')),
  refused('UTF-8: a surrogate', joined(descriptorText(), '# ', bytes(0xed, 0xa0, 0x80), '\n')),
  refused('UTF-8: cut short', joined(descriptorText(), '# ', bytes(0xf0, 0x9f, 0x98))),
  refused('Latin-1', joined(descriptorText({ name: undefined }), 'name: caf', bytes(0xe9), '\n')),
  refused('UTF-16', joined(bytes(0xff, 0xfe), Buffer.from(descriptorText(), 'utf16le'))),
  refused('half a surrogate pair in an escape', { name: '"\\ud800"' }),
  refused('gzip', bytes(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 0x2e, 1, 0)),
  refused('larger than 1 MiB', joined(descriptorText(), '#'.repeat(1024 * 1024))),
  refused('one line of a megabyte', { name: 'x'.repeat(1_000_000) }),
  refused('a key of a megabyte', `${'k'.repeat(1_000_000)}: 1\n`),
  refused('half a million brackets', `name: ${'['.repeat(500_000)}`),
  refused('a thousand brackets that close', { name: `${'['.repeat(1000)}${']'.repeat(1000)}` }),
  refused('a thousand maps in maps', { name: `${'{a: '.repeat(1000)}1${'}'.repeat(1000)}` }),
  refused(
    'lists in lists, a line each',
    `name:\n${Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth + 1)}-\n`).join('')}`,
  ),
  refused('a hundred thousand dashes', `name: \n ${'- '.repeat(100_000)}x\n`),
  refused(
    'a hundred thousand unknown keys and no name',
    Array.from({ length: 100_000 }, (_, key) => `k${String(key)}:\n`).join(''),
  ),
  refused('a hundred thousand equal keys', 'name:\n'.repeat(100_000)),
  refused('a hundred thousand bad packages', { packages: `[${Array(100_000).fill('A').join(', ')}]` }),
  refused('a hundred thousand suites that are none', {
    suites: `[${Array.from({ length: 100_000 }, (_, suite) => `-${String(suite)}`).join(', ')}]`,
  }),
  refused('aliases that multiply', `a: &a [x, x, x]\n${laughs.join('')}${descriptorText()}`),
  refused('one alias', { name: '&a test', files: '[*a]' }),
  refused('an alias to itself', { name: 'test', files: '&a [*a]' }),
  refused('an alias as a key', { name: '&a test', '*a ': 'x' }),
  refused('a merge by alias', `base: &b {sudo: true}\n<<: *b\n${descriptorText()}`),
  refused('an object of Ruby', { name: '!ruby/object:Gem::Requirement {x: y}' }),
  refused('a Ruby object by URI', { name: '!<tag:ruby.yaml.org,2002:object> x' }),
  refused('a function of Python', { name: `!!python/object/apply:os.system ["${touch}"]` }),
  refused('a function of JavaScript', { name: '!!js/function ["x"]' }),
  refused('a binary value', { name: '!!binary dGVzdA==' }),
  refused('two documents', `${descriptorText()}---\n${descriptorText()}`),
  refused('a directive', `%TAG ! tag:ruby.yaml.org,2002:\n--- !object\n${descriptorText()}`),
  refused('an empty file', ''),
  refused('comments only', '# nothing\n'),
  refused('a list', `- ${touch}\n`),
  refused('a text', touch),
  refused('an HTML page', '<!DOCTYPE html>\n<html><head><title>429</title></head></html>\n'),
  refused('tabs for indentation', 'suites:\n\t- bookworm\n'),
  harmless(
    'a tag that means nothing',
    { name: '!!python/name:os.system test' },
    'the tag says nothing here, and the text is a name',
  ),
  harmless(
    'keys of every object',
    `__proto__: {sudo: true, script: "${touch}"}\nconstructor: {prototype: {sudo: true}}\ntoString: x\nhasOwnProperty: x\n${descriptorText()}`,
    'maps are no objects, so these are keys that nobody knows',
  ),
  harmless(
    'keys of every object in a remote',
    { remotes: `[{url: /x, dir: x, __proto__: {commit: "${touch}"}, constructor: y}]` },
    'as above',
  ),
  harmless('an anchor that nobody uses', { name: '&a test' }, 'without aliases it says nothing'),
];
