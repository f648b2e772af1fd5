import { describe, expect, it } from 'vitest';
import type { WeightOf } from '../../../src/verify/agreement.js';
import { compareSigners, type ReleaseReport } from '../../../src/verify/compare-signers.js';
import { settle } from '../../../src/verify/settle.js';
import type { CheckedSigner } from '../../../src/verify/check-signer.js';
import { assertionOf, goodBy, keyOf, signed } from '../../support/samples/voices.js';

const one = assertionOf({ a: '1' });
const other = assertionOf({ a: '2' });

function report(...signers: readonly CheckedSigner[]): ReleaseReport {
  return weighed(() => 1, ...signers);
}

function weighed(weightOf: WeightOf, ...signers: readonly CheckedSigner[]): ReleaseReport {
  return compareSigners(signers, {
    subject: { release: '1.0', name: 'hello' },
    compareTo: undefined,
    strict: false,
    weightOf,
  });
}

function threshold(count: number, ...signers: readonly CheckedSigner[]): ReturnType<typeof settle> {
  return settle(report(...signers), { threshold: count, required: [] });
}

const none = { threshold: undefined, required: [] };
const bad: CheckedSigner = {
  signer: 'bad',
  verdict: { kind: 'unreadable', reason: 'x' },
  content: undefined,
};
const missing: CheckedSigner = { signer: 'none', verdict: { kind: 'no-assertion' }, content: undefined };

describe('without a policy', () => {
  it('all have to agree, and somebody has to', () => {
    expect(settle(report(signed('alice', one), signed('bob', one)), none).holds).toBe(true);
    expect(settle(report(signed('alice', one), signed('bob', other)), none).holds).toBe(false);
    expect(settle(report(signed('alice', one), bad), none).holds).toBe(false);
    expect(settle(report(signed('alice', one), missing), none).holds).toBe(true);
    expect(settle(report(), none).holds).toBe(false);
    expect(settle(report(missing), none).holds).toBe(false);
  });
});

describe('a threshold', () => {
  it('counts those who agree, and lets others fail', () => {
    const signers = [signed('alice', one), signed('bob', one), signed('carol', other), bad];
    expect(threshold(2, ...signers).holds).toBe(true);
    const missed = threshold(3, ...signers);
    expect(missed.holds).toBe(false);
    expect(missed.policy).toEqual({
      holds: false,
      weight: 2,
      problems: ['2 of 3 needed have signed the same'],
    });
  });

  it('counts a key once, however many folders it signs in', () => {
    const twice = [signed('alice', one, goodBy('k')), signed('alice2', one, goodBy('k'))];
    expect(threshold(2, ...twice).holds).toBe(false);
    expect(threshold(1, ...twice).holds).toBe(true);
    // Two subkeys of one primary key are one key.
    const subkeys = ['s1', 's2'].map((name) =>
      signed(name, one, goodBy(name, { key: keyOf(name, { primaryFingerprint: 'P' }) })),
    );
    expect(threshold(2, ...subkeys).holds).toBe(false);
  });

  it('counts nothing where nobody says whose key it is', () => {
    const nameless = goodBy('x', { key: keyOf('x', { primaryFingerprint: undefined }) });
    expect(threshold(1, signed('alice', one, nameless)).holds).toBe(false);
  });

  it('does not hold where as many signed something else', () => {
    const split = [signed('alice', one), signed('bob', one), signed('carol', other), signed('dave', other)];
    expect(threshold(2, ...split)).toMatchObject({
      holds: false,
      policy: { problems: ['as many as are needed have signed something else: carol, dave'] },
    });
  });

  it('does not count who signed another release', () => {
    const replayed = signed('bob', { ...one, release: '0.9' });
    expect(threshold(2, signed('alice', one), replayed).holds).toBe(false);
  });

  it('sums weights, each key with that of its heaviest signer', () => {
    const weights: Readonly<Record<string, number>> = { alice: 3, 'alice-old': 1, bob: 2, nobody: 0 };
    const signers = weighed(
      (signer) => weights[signer] ?? 1,
      signed('alice', one, goodBy('a')),
      signed('alice-old', one, goodBy('a')),
      signed('bob', one),
      signed('nobody', one),
    );
    expect(settle(signers, { threshold: 5, required: [] }).holds).toBe(true);
    expect(settle(signers, { threshold: 6, required: [] }).holds).toBe(false);
  });
});

describe('a threshold of weight', () => {
  const weights: Readonly<Record<string, number>> = { alice: 3, bob: 2 };
  const judged = (count: number, ...signers: readonly CheckedSigner[]): ReturnType<typeof settle> =>
    settle(
      weighed((signer) => weights[signer] ?? 0, ...signers),
      { threshold: count, required: [] },
    );
  const crowd = ['m1', 'm2', 'm3'].map((name) => signed(name, other));

  it('is not reached, nor kept from anybody, by keys without weight', () => {
    const result = judged(5, signed('alice', one), signed('bob', one), ...crowd);
    expect(result).toMatchObject({ holds: true, policy: { weight: 5, problems: [] } });
    expect(judged(1, ...crowd)).toMatchObject({ holds: false, policy: { weight: 0 } });
    expect(judged(3, signed('alice', one), ...crowd)).toMatchObject({
      holds: true,
      policy: { problems: [] },
    });
  });

  it('is not reached where as much weight signed something else', () => {
    expect(judged(2, signed('alice', one), signed('bob', other), ...crowd)).toMatchObject({
      holds: false,
      policy: { weight: 3, problems: ['as many as are needed have signed something else: bob, m1, m2, m3'] },
    });
  });
});

describe('required signers', () => {
  it('have to be among those who agree', () => {
    const all = report(signed('alice', one), signed('bob', one), signed('carol', other), bad);
    const required = (...signers: string[]): boolean =>
      settle(all, { threshold: undefined, required: signers }).holds;
    expect(required('alice')).toBe(true);
    expect(required('alice', 'bob')).toBe(true);
    expect(required('carol')).toBe(false);
    expect(required('bad')).toBe(false);
    expect(required('alice', 'nobody')).toBe(false);
    expect(required('ali')).toBe(false);
  });

  it('come on top of a threshold', () => {
    const all = report(signed('alice', one), signed('bob', one));
    expect(settle(all, { threshold: 3, required: ['alice'] }).holds).toBe(false);
    expect(settle(all, { threshold: 2, required: ['alice'] }).holds).toBe(true);
  });
});
