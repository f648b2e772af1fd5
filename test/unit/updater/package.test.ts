import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageLayout } from '../../../src/updater/package/layout.js';
import { folded, isOwnName, pathProblem } from '../../../src/updater/package/paths.js';
import { memberKind, type Member } from '../../../src/zip/member.js';

const member = (path: string, change: Partial<Member> = {}): Member => ({
  name: Buffer.from(path),
  path,
  comment: Buffer.alloc(0),
  versionMadeBy: (3 << 8) | 30,
  flags: 0x800,
  method: 8,
  crc32: 0,
  packedSize: 10,
  size: 20,
  internalAttributes: 0,
  externalAttributes: (0o100644 << 16) >>> 0,
  extraFields: [],
  offset: 0,
  dataStart: 30,
  ...change,
});
const mode = (value: number): Partial<Member> => ({ externalAttributes: (value << 16) >>> 0 });
const limit = 1 << 30;

describe('packageLayout', () => {
  it('takes files with their modes, and folders as what files lie in', () => {
    const { layout, problems } = packageLayout(
      [
        member('bin/', mode(0o040755)),
        member('bin/run', mode(0o100755)),
        member('text'),
        member('dos', { versionMadeBy: 20 }),
      ],
      limit,
    );
    expect(problems).toEqual([]);
    expect([...layout.files.values()].map(({ path, executable }) => [path, executable])).toEqual([
      ['bin/run', true],
      ['text', false],
      ['dos', false],
    ]);
  });

  it('refuses more members than anybody needs', () => {
    const many = Array.from({ length: 100_001 }, (_, index) => member(`m/${String(index)}`));
    expect(packageLayout(many, limit * 10).problems).toEqual(['it has more than 100000 members']);
    expect(packageLayout(many.slice(1), limit * 10).problems).toEqual([]);
  });

  it.each([
    [{ size: limit + 1, packedSize: limit }, 'it unpacks to 1.0 GiB, and 1.0 GiB is the limit'],
    [{ size: 100 << 20, packedSize: 100 << 10 }, 'it unpacks from 100.0 KiB to 100.0 MiB, as zip bombs do'],
  ])('refuses %j', (sizes, problem) => {
    expect(packageLayout([member('a', sizes)], limit).problems).toEqual([problem]);
  });

  it('takes what packs well, but is small', () => {
    expect(packageLayout([member('a', { size: 50 << 20, packedSize: 50 << 10 })], limit).problems).toEqual(
      [],
    );
  });
});

describe('memberKind', () => {
  it.each([
    ['a', 0o100644, 'file'],
    ['a/', 0o040755, 'folder'],
    ['a', 0o040755, 'folder'],
    ['a/', 0, 'folder'],
    ['a', 0, 'file'],
    ['a', 0o120777, 'link'],
    ['a/', 0o120777, 'link'],
    ['a', 0o020600, 'special'],
    ['a', 0o060600, 'special'],
    ['a', 0o010600, 'special'],
    ['a', 0o140600, 'special'],
  ])('%j with mode %o is a %s', (path, value, kind) => {
    expect(memberKind(member(path, mode(value)))).toBe(kind);
  });
});

describe('pathProblem', () => {
  it('lets no path out of its folder', () => {
    const step = fc.constantFrom('..', '.', '', 'a', 'é', '-x', '...', 'a b', '\\', 'C:', '\n');
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const path = steps.join('/');
        const resolved = posix.resolve('/dest', path);
        if (pathProblem(path) === undefined) {
          expect(resolved.startsWith('/dest/')).toBe(true);
          expect(path).not.toMatch(/(?:^|\/)\.{0,2}(?:\/|$)/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['a', 'a/b', 'ü/ñ', 'a b', '-x', '.hidden', '...', "it's", '日本'])('lets %j pass', (path) => {
    expect(pathProblem(path)).toBeUndefined();
  });
});

describe('folded', () => {
  it.each([
    ['README', 'readme'],
    ['é', 'e\u0301'],
    ['ÜBER', 'über'],
    ['K', '\u212a'],
  ])('is the same for %j and %j', (a, b) => {
    expect(folded(a)).toBe(folded(b));
  });
});

describe('isOwnName', () => {
  it('knows its names on any file system', () => {
    expect(['.gitian-manifest', '.GITIAN-update', '.gitian-anything'].every(isOwnName)).toBe(true);
    expect(['gitian', '.gitian', 'x.gitian-y'].some(isOwnName)).toBe(false);
  });
});
