import { describe, expect, it } from 'vitest';
import type { CheckedSigner } from '../../../src/verify/check-signer.js';
import {
  compareSigners,
  type CompareOptions,
  type ReleaseReport,
} from '../../../src/verify/compare-signers.js';
import { hasFailed } from '../../../src/verify/outcome.js';
import { assertionOf, goodBy, signed } from '../../support/samples/voices.js';

const one = assertionOf({ a: '1', b: '2' });
const other = assertionOf({ a: 'x', c: '3' });

function compare(signers: readonly CheckedSigner[], options: Partial<CompareOptions> = {}): ReleaseReport {
  const subject = { release: '1.0', name: 'hello' };
  const alike = { compareTo: undefined, strict: false, weightOf: () => 1 };
  return compareSigners(signers, { subject, ...alike, ...options });
}

function words(report: ReleaseReport): Record<string, string> {
  return Object.fromEntries(report.outcomes.map(({ checked, word }) => [checked.signer, word]));
}

describe('compareSigners', () => {
  it('agrees with the only one', () => {
    expect(words(compare([signed('alice', one)]))).toEqual({ alice: 'OK' });
  });

  it('compares with the largest group, not with the first', () => {
    const report = compare([signed('alice', other), signed('bob', one), signed('carol', one)]);
    expect(words(report)).toEqual({ alice: 'MISMATCH', bob: 'OK', carol: 'OK' });
    expect(report.outcomes[0]?.reasons).toEqual(['1 output differs, 1 is missing, 1 is extra']);
    expect(report.outcomes[0]?.differences).toMatchObject({
      changed: [{ path: 'a' }],
      missing: ['b'],
      extra: ['c'],
    });
  });

  it('compares with the first of two equally large groups', () => {
    expect(words(compare([signed('alice', other), signed('bob', one)]))).toEqual({
      alice: 'OK',
      bob: 'MISMATCH',
    });
  });

  it('compares with the heaviest group where signers have weights, and among equals with the largest', () => {
    const signers = [signed('alice', one), signed('mallory', other), signed('nick', other)];
    const weighing = (weights: Readonly<Record<string, number>>): unknown =>
      words(compare(signers, { weightOf: (signer) => weights[signer] ?? 0 }));
    const aliceIsRight = { alice: 'OK', mallory: 'MISMATCH', nick: 'MISMATCH' };
    const theyAreRight = { alice: 'MISMATCH', mallory: 'OK', nick: 'OK' };
    expect(weighing({ alice: 1 })).toEqual(aliceIsRight);
    expect(weighing({ alice: 3, mallory: 1, nick: 1 })).toEqual(aliceIsRight);
    expect(weighing({ alice: 2, mallory: 1, nick: 1 })).toEqual(theyAreRight);
    expect(weighing({})).toEqual(theyAreRight);
  });

  it('compares with whom it is told to', () => {
    const signers = [signed('alice', other), signed('bob', one), signed('carol', one)];
    expect(words(compare(signers, { compareTo: 'alice' }))).toEqual({
      alice: 'OK',
      bob: 'MISMATCH',
      carol: 'MISMATCH',
    });
  });

  it('compares with nobody where the one it is told to compare with has nothing good', () => {
    const report = compare([signed('alice', other), signed('bob', one)], { compareTo: 'carol' });
    expect(report.reference).toBeUndefined();
    expect(report.problem).toBe('no good assertion of "carol" to compare with');
    expect(words(report)).toEqual({ alice: 'NOT COMPARED', bob: 'NOT COMPARED' });
    expect(report.outcomes.every(hasFailed)).toBe(true);
  });

  it('counts a key once, however many folders it signs in', () => {
    const report = compare([
      signed('alice', one),
      signed('bob', one),
      signed('mallory', other, goodBy('mallory')),
      signed('mallory2', other, goodBy('mallory')),
      signed('mallory3', other, goodBy('mallory')),
    ]);
    expect(report.groups.map(({ keys }) => keys)).toEqual([2, 1]);
    expect(words(report)).toMatchObject({ alice: 'OK', bob: 'OK', mallory: 'MISMATCH' });
    expect(report.outcomes[4]?.reasons).toContain('the same key as mallory, counted once');
  });

  it('takes outputs for the same in whatever order they are listed', () => {
    const turned = { ...one, outManifest: one.outManifest.trimEnd().split('\n').reverse().join('\n') };
    expect(words(compare([signed('alice', one), signed('bob', turned)]))).toEqual({ alice: 'OK', bob: 'OK' });
  });

  it('takes outputs for the same where a line is there twice', () => {
    const twice = { ...one, outManifest: `${one.outManifest}${one.outManifest}` };
    expect(words(compare([signed('alice', one), signed('bob', twice)]))).toEqual({ alice: 'OK', bob: 'OK' });
  });

  it('compares every hash of a path that is listed with several', () => {
    const only = assertionOf({ a: '1' });
    const hiding = { ...only, outManifest: `${assertionOf({ a: 'x' }).outManifest}${only.outManifest}` };
    expect(compare([signed('alice', only), signed('bob', hiding)]).outcomes).toMatchObject([
      { word: 'OK' },
      { word: 'MISMATCH', reasons: ['1 output differs'], differences: { changed: [{ path: 'a' }] } },
    ]);
  });

  it('does not count who signed another release or package, whatever the outputs', () => {
    const report = compare([
      signed('alice', { ...one, release: '0.9' }),
      signed('bob', { ...one, name: 'hullo' }),
      signed('carol', { ...one, type: 'download' }),
      signed('dave', one),
    ]);
    expect(words(report)).toEqual({ alice: 'MISMATCH', bob: 'MISMATCH', carol: 'MISMATCH', dave: 'OK' });
    expect(report.groups).toHaveLength(1);
    expect(report.groups[0]?.keys).toBe(1);
    expect(report.outcomes.map(({ reasons }) => reasons[0])).toEqual([
      'the assertion is of release "0.9", not of "1.0"',
      'the assertion is of "hullo", not of "hello"',
      'the assertion is of a "download", not of a build',
      undefined,
    ]);
  });

  it('says of whom there is nobody to compare with that they signed another release', () => {
    expect(compare([signed('alice', { ...one, release: '0.9' })]).outcomes).toMatchObject([
      { word: 'MISMATCH', reasons: ['the assertion is of release "0.9", not of "1.0"'] },
    ]);
  });

  it('has a word for every verdict, and fails for all but two', () => {
    const { key, kind, ...facts } = goodBy('x');
    expect(kind).toBe('good');
    const revoked = { at: 1, reason: 'compromised' } as const;
    const cases: [CheckedSigner['verdict'], string][] = [
      [{ kind: 'bad', userId: undefined, ...facts }, 'BAD SIGNATURE'],
      [{ kind: 'key-unknown', ...facts }, 'BAD SIGNATURE'],
      [{ kind: 'key-unusable', reason: 'is bent', ...facts }, 'BAD SIGNATURE'],
      [{ kind: 'not-detached', what: 'a key' }, 'BAD SIGNATURE'],
      [{ kind: 'unreadable', reason: 'it is torn' }, 'BAD SIGNATURE'],
      [{ kind: 'signature-expired', expired: 1, key, ...facts }, 'BAD SIGNATURE'],
      [{ kind: 'expired-before-signing', expired: 1, key, ...facts }, 'EXPIRED KEY'],
      [{ kind: 'revoked', when: 'after', revoked, key, ...facts }, 'REVOKED KEY'],
      [{ kind: 'wrong-key', listed: true, key, ...facts }, 'WRONG KEY'],
      [{ kind: 'unsigned' }, 'MISSING SIGNATURE'],
      [{ kind: 'no-assertion' }, 'MISSING RESULT'],
    ];
    const signers = cases.map(([verdict], index) => ({ signer: String(index), verdict, content: undefined }));
    const report = compare(signers);
    expect(report.outcomes.map(({ word }) => word)).toEqual(cases.map(([, word]) => word));
    expect(report.outcomes.map(hasFailed)).toEqual(cases.map(([, word]) => word !== 'MISSING RESULT'));
    expect(report.outcomes.every(({ reasons }) => reasons.length > 0)).toBe(true);
    expect(report.reference).toBeUndefined();
  });

  it.each([
    [
      goodBy('x', { kind: 'good-expired-since', expired: 1_700_000_000 } as never),
      'key expired since, on 2023-11-14',
    ],
    [
      goodBy('x', { kind: 'good-revoked-since', revoked: { at: 1_700_000_000, reason: 'retired' } } as never),
      'key retired since, on 2023-11-14',
    ],
    [goodBy('x', { weak: ['SHA-1', 'version 3'] }), 'weak: SHA-1, version 3'],
  ])('is good with a remark', (verdict, remark) => {
    expect(compare([signed('alice', one, verdict)]).outcomes).toMatchObject([
      { word: 'OK', reasons: [remark] },
    ]);
  });

  it('lets weak signatures fail where it is strict, and does not count them', () => {
    const weak = goodBy('x', { weak: ['SHA-1'] });
    const report = compare([signed('alice', other, weak), signed('bob', one)], { strict: true });
    expect(words(report)).toEqual({ alice: 'WEAK SIGNATURE', bob: 'OK' });
    expect(report.groups).toHaveLength(1);
  });

  it('knows an assertion that can not be read from one that differs', () => {
    const unreadable: CheckedSigner = {
      signer: 'bob',
      verdict: goodBy('bob'),
      content: { kind: 'unreadable', reason: 'line 1: no' },
    };
    expect(compare([signed('alice', one), unreadable]).outcomes).toMatchObject([
      { word: 'OK' },
      { word: 'UNREADABLE', reasons: ['line 1: no'] },
    ]);
  });
});
