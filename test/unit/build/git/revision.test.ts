import { describe, expect, it } from 'vitest';
import {
  chooseRef,
  isHash,
  isHashPrefix,
  parseRefs,
  revisionProblem,
} from '../../../../src/build/git/revision.js';

const one = '1'.repeat(40);
const two = '2'.repeat(40);

describe('what names a commit', () => {
  it.each(['master', 'v1.0-rc+2', 'feature/x', 'refs/pull/1/head', 'HEAD', one, 'abc1', '@x', 'ü', 'a.b'])(
    '%s does',
    (commit) => {
      expect(revisionProblem(commit)).toBeUndefined();
    },
  );

  it.each([
    ['', 'it is empty'],
    ['-x', 'it begins with "-"'],
    ['x'.repeat(1001), 'it is longer than 1000 bytes'],
  ])('%j does not: %s', (commit, problem) => {
    expect(revisionProblem(commit)).toBe(problem);
  });

  it.each([
    'a b',
    'a..b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    '*',
    '[a',
    'a\\b',
    '@{1}',
    'a@{u}',
    '/a',
    'a/',
    'a//b',
    '.a',
    'a/.b',
    'a.',
    'a.lock',
    'a.lock/b',
    '@',
    'a\nb',
    'a\0',
  ])('%j does not', (commit) => {
    expect(revisionProblem(commit)).toBe('it is neither a hash nor the name of a branch or tag');
  });

  it('is a hash, or may be the beginning of one', () => {
    expect([one, one.slice(1), 'abc', 'ABCD', 'g123'].map(isHash)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    expect([one, one.slice(1), 'abc', 'ABCD', 'g123'].map(isHashPrefix)).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });
});

describe('the refs of a server', () => {
  it('are read with what tag objects lead to', () => {
    const refs = parseRefs(
      `${one}\trefs/heads/master\n${one}\trefs/tags/v1\n${two}\trefs/tags/v1^{}\nwarning: x\n`,
    );
    expect([...refs]).toEqual([
      ['refs/heads/master', { object: one, commit: one }],
      ['refs/tags/v1', { object: one, commit: two }],
    ]);
  });

  const refs = parseRefs(
    [
      `${one} refs/tags/same`,
      `${one} refs/heads/same`,
      `${one} refs/tags/x`,
      `${two} refs/heads/x`,
      `${two} refs/pull/1`,
    ].join('\n'),
  );
  it.each([
    ['same', { kind: 'one', ref: 'refs/tags/same', commit: one }],
    ['heads/x', { kind: 'one', ref: 'refs/heads/x', commit: two }],
    ['refs/pull/1', { kind: 'one', ref: 'refs/pull/1', commit: two }],
    ['pull/1', { kind: 'one', ref: 'refs/pull/1', commit: two }],
    ['x', { kind: 'several', refs: ['refs/tags/x', 'refs/heads/x'] }],
    ['nosuch', { kind: 'none' }],
  ])('have one that %s means, or none, or several', (commit, choice) => {
    expect(chooseRef(commit, refs)).toEqual(choice);
  });
});
