import { join, normalize } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameProblem, plainName } from '../../../src/core/words/safe-names.js';

const characters = fc.string({
  unit: fc.oneof(
    fc.constantFrom('.', '/', '-', '\0', '\n'),
    fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCharCode(code)),
  ),
});

describe('nameProblem', () => {
  it.each([
    'hello',
    'hello-1.0',
    'hello_2.10.orig.tar.gz',
    'alice@example.org',
    'Alice B. Example',
    '1.0-rc1~2+3',
    '.hidden',
    '...',
    'ünïcödé',
    ' a ',
    'a'.repeat(255),
  ])('finds nothing wrong with %j', (name) => {
    expect(nameProblem(name)).toBeUndefined();
  });

  it.each([
    ['', 'it is empty'],
    ['.', 'it is a relative folder'],
    ['..', 'it is a relative folder'],
    ['-u', 'it begins with "-"'],
    ['--force', 'it begins with "-"'],
    ['a/b', 'it contains "/"'],
    ['/etc', 'it contains "/"'],
    ['../x', 'it contains "/"'],
    ['a\nb', 'it contains a control character'],
    ['a\0b', 'it contains a control character'],
    ['\u001b[31m', 'it contains a control character'],
    ['a\u007f', 'it contains a control character'],
    ['a'.repeat(256), 'it is longer than 255 bytes'],
    ['ü'.repeat(128), 'it is longer than 255 bytes'],
  ])('refuses %j', (name, problem) => {
    expect(nameProblem(name)).toBe(problem);
  });

  it('lets only through what stays one component below a folder', () => {
    fc.assert(
      fc.property(characters, (name) => {
        fc.pre(nameProblem(name) === undefined);
        expect(normalize(join('/folder', name))).toBe(`/folder/${name}`);
      }),
    );
  });
});

describe('plainName', () => {
  it('returns the name', () => {
    expect(plainName('hello', 'the release')).toBe('hello');
  });

  it('says what is unsafe, and why', () => {
    expect(() => plainName('../x', 'the release')).toThrow(
      expect.objectContaining({
        code: 'unsafe-name',
        exitCode: 2,
        message: 'the release "../x" is not usable: it contains "/"',
      }),
    );
  });
});
