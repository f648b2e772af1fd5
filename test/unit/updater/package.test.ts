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
        member('bin/mine', mode(0o100611)),
        member('text'),
        member('dos', { versionMadeBy: 20, ...mode(0o100755) }),
        member('mac', { versionMadeBy: (19 << 8) | 30, ...mode(0o100755) }),
      ],
      limit,
    );
    expect(problems).toEqual([]);
    expect([...layout.files.values()].map(({ path, executable }) => [path, executable])).toEqual([
      ['bin/run', true],
      ['bin/mine', true],
      ['text', false],
      ['dos', false],
      ['mac', true],
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
    [{ size: 201 << 20, packedSize: 1 << 20 }, 'it unpacks from 1.0 MiB to 201.0 MiB, as zip bombs do'],
  ])('refuses %j', (sizes, problem) => {
    expect(packageLayout([member('a', sizes)], limit).problems).toEqual([problem]);
  });

  const spared = 64 << 20;
  it.each([
    ['packs well, but is small', { size: 50 << 20, packedSize: 50 << 10 }],
    ['is as large as what is spared', { size: spared, packedSize: 1 }],
    ['packs as well as the best do', { size: 200 << 20, packedSize: 1 << 20 }],
    ['is as large as the limit', { size: limit, packedSize: limit }],
  ])('takes what %s', (_, sizes) => {
    expect(packageLayout([member('a', sizes)], limit).problems).toEqual([]);
  });

  it('counts the sizes of all members', () => {
    const half = { size: limit / 2, packedSize: limit / 2 };
    const members = [member('a', half), member('b', half), member('c', { size: 1, packedSize: 1 })];
    expect(packageLayout(members.slice(0, 2), limit).problems).toEqual([]);
    expect(packageLayout(members, limit).problems).toHaveLength(1);
  });

  it('tells every name that can not be, and has none of them', () => {
    const { layout, problems } = packageLayout(
      [
        member('a/b/c'),
        member('A/x'),
        member('a/B/x'),
        member('a/b'),
        member('a/b/c/d'),
        member('a/b/c'),
        member('a/b/', mode(0o040755)),
        member('a/b/', mode(0o040755)),
        member('../up'),
        member('link', mode(0o120777)),
        member('pipe', mode(0o010600)),
      ],
      limit,
    );
    expect(problems).toEqual([
      'the name "A/x" differs from "a" in case only',
      'the name "a/B/x" differs from "a/b" in case only',
      'the name "a/b" is a file and a folder',
      'the name "a/b/c/d" is a file and a folder',
      'the name "a/b/c" is there twice',
      'the name "../up" leads out of its folder',
      'the name "link" is a link',
      'the name "pipe" is a device or something like it',
    ]);
    expect([...layout.files.keys()]).toEqual(['a/b/c']);
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

  it.each([
    ['', 'is empty'],
    ['/a', 'is absolute'],
    ['C:a', 'is absolute'],
    ['z:/a', 'is absolute'],
    ['a\\b', 'has a backslash in it'],
    ...['\0', '\x1f', '\x7f', '\x80', '\x9f', '\u2028', '\u2029', '\u202a', '\u202e', '\u2066', '\u2069'].map(
      (control) => [`a${control}b`, 'has a control character in it'],
    ),
    ['a\ufffdb', 'is not UTF-8'],
    [`${'é/'.repeat(1333)}aa`, 'is longer than 4000 bytes'],
    ['..', 'leads out of its folder'],
    ['a/../b', 'leads out of its folder'],
    ['a/.', 'leads out of its folder'],
    ['a//b', 'has an empty step in it'],
    [`a/${'é'.repeat(128)}`, 'has a step longer than 255 bytes'],
    ['.Gitian-manifest', "is one of gitian-updater's own"],
    ['.gitian-update/a', "is one of gitian-updater's own"],
  ])('says that %j %s', (path, problem) => {
    expect(pathProblem(path)).toBe(problem);
  });

  it.each([
    `${'é/'.repeat(1333)}a`,
    `${'é'.repeat(127)}a`,
    'a/.gitian-update',
    'é:a',
    'a\u2027b',
    'a\u00a0b',
  ])('lets %j pass, since it is just in bounds', (path) => {
    expect(pathProblem(path)).toBeUndefined();
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
    ['straße', 'STRASSE'],
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
