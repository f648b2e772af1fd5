import { describe, expect, it } from 'vitest';
import { archiveRules, namedOrigins } from '../../../src/build/archives/archive-rules.js';
import { explainProblems, explainRefusal, isFatal } from '../../../src/build/archives/explain-problems.js';
import { isComplaint, wrongOnes } from '../../../src/build/archives/guest-archives.js';
import type { CacheProblem, ProblemKind } from '../../../src/packages/cache/obtained.js';

const problem = (kind: ProblemKind, path: string, reason = 'why'): CacheProblem => ({
  kind,
  url: `http://a.example/debian/${path}`,
  reason,
  status: 404,
});

describe("the package cache's problems", () => {
  it.each([
    ['disk', 'why', /GITIAN_CACHE/],
    ['failed', 'the archive "a.example" can\'t give "a_1:2_all.deb": why', /gbuild --offline/],
    ['missing', 'the package cache doesn\'t have "a_1:2_all.deb"', /without --offline/],
    ['forbidden', 'why', /repositories:/],
  ] as const)('%s is told', (kind, reason, hint) => {
    const told = explainProblems([problem('refused', 'x'), problem(kind, 'pool/a/a_1%3a2_all.deb')]);
    expect(told).toEqual({ reason, hint: expect.stringMatching(hint) as string });
  });

  it.each(['failed', 'missing'] as const)('names a file by what can not be decoded: %s', (kind) => {
    expect(explainProblems([problem(kind, 'pool/%zz.deb')])?.reason).toContain('"%zz.deb"');
  });

  it('names a few of many that are missing, each once, and suites by where they are', () => {
    const names = [
      'dists/bookworm/InRelease',
      'dists/bookworm/Release',
      'pool/b.deb',
      'pool/c.deb',
      'pool/d.deb',
    ];
    expect(explainProblems(names.map((name) => problem('missing', name)))?.reason).toBe(
      'the package cache doesn\'t have "a.example bookworm", "b.deb", "c.deb" and 1 more',
    );
  });

  it('that an archive lacks a file explains a failure only where that was a package that apt wanted', () => {
    const refused = [problem('refused', 'dists/x/InRelease'), problem('refused', 'pool/b.deb')];
    expect(explainProblems(refused)).toBeUndefined();
    expect(explainRefusal(refused, 'E: Unable to locate package x')).toBeUndefined();
    expect(
      explainRefusal(refused, 'E: Failed to fetch http://a.example/debian/pool/b.deb  404')?.reason,
    ).toBe('the archive "a.example" doesn\'t give "b.deb": why');
    expect(explainRefusal(refused.slice(0, 1), 'E: Failed to fetch x')).toBeUndefined();
  });

  it('end a step that apt itself would go on from, where an archive was out of reach', () => {
    const kinds: ProblemKind[] = ['refused', 'missing', 'failed', 'forbidden', 'disk'];
    expect(kinds.filter((kind) => isFatal(problem(kind, 'x')))).toEqual(['failed', 'forbidden', 'disk']);
  });
});

describe('what apt complains of', () => {
  it.each([
    'E: Failed to fetch http://a/x.deb  Hash Sum mismatch',
    'E: Failed to fetch http://a/x.deb  File has unexpected size (1 != 2). Mirror sync in progress?',
    "E: Failed to fetch http://a/InRelease  Clearsigned file isn't valid, got 'NOSPLIT'",
    'W: GPG error: http://a x InRelease: The following signatures were invalid: BADSIG 0',
  ])('is wrong files: %s', (words) => {
    expect(isComplaint(words)).toBe(true);
  });

  it.each(['E: Unable to locate package x', 'E: Failed to fetch http://a/x.deb  404  Not Found'])(
    'is not wrong files: %s',
    (words) => {
      expect(isComplaint(words)).toBe(false);
    },
  );

  it('are the files that it names, with the indexes, or all', () => {
    const used = ['http://b/dists/x/InRelease', 'http://b/pool/g%2B%2B_1.deb', 'http://b/pool/c.deb'];
    const words = 'E: Failed to fetch http://a/pool/g++_1.deb  Hash Sum mismatch';
    expect(wrongOnes(words, used)).toEqual(used.slice(0, 2));
    expect(wrongOnes('Hash Sum mismatch', used)).toEqual(used.slice(0, 1));
    expect(wrongOnes('Hash Sum mismatch', used.slice(1))).toEqual(used.slice(1));
  });
});

describe('the archives that a build may use', () => {
  it('are those of the base image, by the names this host has for them, and those of the descriptor', () => {
    const rules = archiveRules(
      ['deb http://10.0.2.2:8000/debian bookworm main', 'deb http://a.example/debian bookworm main'],
      {
        repositories: [
          { source: 'deb [trusted=yes] http://10.0.2.2:6379/ ./', distribution: 'x', packages: [] },
        ],
      },
      '10.0.2.2',
    );
    expect([...rules.chosen]).toEqual(['http://127.0.0.1:8000', 'http://a.example']);
    expect([...rules.named]).toEqual(['http://127.0.0.1:6379']);
  });

  it('are found in both formats of apt', () => {
    const text =
      '# http://no.example/\ndeb [a=b] http://a.example/ x main\nURIs: https://b.example/debian http://c.example:81\n';
    expect(namedOrigins(text)).toEqual(['http://a.example', 'https://b.example', 'http://c.example:81']);
  });
});
