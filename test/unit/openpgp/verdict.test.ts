import { describe, expect, it } from 'vitest';
import { weaknesses } from '../../../src/openpgp/algorithms.js';
import type { SigningKey } from '../../../src/openpgp/engine.js';
import type { SignaturePacket } from '../../../src/openpgp/signature-packet.js';
import { judge, type SignatureVerdict } from '../../../src/openpgp/verdict.js';
import { verdictReason } from '../../../src/openpgp/verdict-words.js';
import { keyOf } from '../../support/samples/voices.js';

const signature = (other: Partial<SignaturePacket> = {}): SignaturePacket => ({
  ...{ version: 4, type: 0, publicKeyAlgorithm: 1, hashAlgorithm: 10, created: 500, expires: undefined },
  ...{ issuerKeyId: '0123456789ABCDEF', issuerFingerprint: undefined, revocationReason: undefined },
  ...{ bytes: new Uint8Array(), body: new Uint8Array() },
  ...other,
});

function verdict(
  key: Partial<SigningKey>,
  other: Partial<SignaturePacket> = {},
  now = 1000,
): SignatureVerdict {
  return judge(signature(other), { kind: 'valid', key: keyOf('alice', { created: 100, ...key }) }, now);
}

describe('judge', () => {
  const retired = (at: number) => ({ at, reason: 'retired' }) as const;
  const compromised = (at: number) => ({ at, reason: 'compromised' }) as const;

  it.each<[Partial<SigningKey>, Partial<SignaturePacket>, object]>([
    [{}, {}, { kind: 'good' }],
    [{ expires: 1001 }, {}, { kind: 'good' }],
    [{ expires: 1000 }, {}, { kind: 'good-expired-since', expired: 1000 }],
    [{ expires: 501 }, {}, { kind: 'good-expired-since', expired: 501 }],
    [{ expires: 500 }, {}, { kind: 'expired-before-signing', expired: 500 }],
    [{ expires: 200 }, {}, { kind: 'expired-before-signing', expired: 200 }],
    [{ created: 500 }, {}, { kind: 'good' }],
    [{ created: 501 }, {}, { kind: 'key-unusable', reason: 'is newer than the signature' }],
    [{ revoked: retired(501) }, {}, { kind: 'good-revoked-since' }],
    [{ revoked: retired(500) }, {}, { kind: 'revoked', when: 'before' }],
    [{ revoked: compromised(900) }, {}, { kind: 'revoked', when: 'after' }],
    [{ revoked: { at: 900, reason: 'unspecified' } }, {}, { kind: 'revoked', when: 'after' }],
    // A key that was retired and has expired is told as expired; one that was stolen as stolen, whatever else.
    [{ revoked: retired(600), expires: 700 }, {}, { kind: 'good-expired-since' }],
    [{ revoked: compromised(600), expires: 700 }, {}, { kind: 'revoked' }],
    [{ revoked: retired(600), expires: 400 }, {}, { kind: 'expired-before-signing' }],
    [{}, { expires: 1000 }, { kind: 'signature-expired' }],
    [{}, { expires: 1001 }, { kind: 'good' }],
    [{}, { created: undefined }, { kind: 'unreadable', reason: 'it has no time' }],
  ])('of a key %j and a signature %j makes %j', (key, other, expected) => {
    expect(verdict(key, other)).toMatchObject(expected);
  });

  it('has a reason for every verdict but a plain good one', () => {
    expect(verdictReason(verdict({}))).toBeUndefined();
    const day = 86_400;
    expect(verdictReason(verdict({ expires: day }, { created: 2 * day }))).toBe(
      'key expired on 1970-01-02, before it signed on 1970-01-03',
    );
    expect(verdictReason(verdict({ revoked: compromised(2 * day) }, { created: day }))).toBe(
      'key revoked on 1970-01-03 as compromised, after it signed on 1970-01-02',
    );
    expect(verdictReason(verdict({ revoked: compromised(1e15) }))).toContain('an unknown day');
    expect(verdictReason(judge(signature(), { kind: 'key-unknown' }, 0))).toBe(
      'key unknown: 0123456789ABCDEF',
    );
  });
});

describe('weaknesses', () => {
  it.each([
    [{ version: 4, publicKeyAlgorithm: 1, hashAlgorithm: 10, bits: 2048 }, []],
    [{ version: 4, publicKeyAlgorithm: 1, hashAlgorithm: 10, bits: 2047 }, []],
    [
      { version: 3, publicKeyAlgorithm: 17, hashAlgorithm: 2, bits: 1024 },
      ['SHA-1', 'DSA-1024', 'version 3'],
    ],
    [{ version: 4, publicKeyAlgorithm: 17, hashAlgorithm: 8, bits: 2048 }, []],
    [{ version: 4, publicKeyAlgorithm: 1, hashAlgorithm: 1, bits: 1024 }, ['MD5', 'RSA-1024']],
    [{ version: 4, publicKeyAlgorithm: 22, hashAlgorithm: 3, bits: undefined }, ['RIPEMD-160']],
  ])('of %j are %j', (of, expected) => {
    expect(weaknesses(of)).toEqual(expected);
  });
});
