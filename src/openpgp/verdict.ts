import { hashName, publicKeyName, weaknesses, type Weakness } from './algorithms.js';
import type { Finding, Revocation, SigningKey } from './engine.js';
import type { SignaturePacket } from './signature-packet.js';

/** What a signature is worth. A closed union: whoever adds a kind is shown every place that has to know it. */
export type SignatureVerdict =
  | GoodVerdict
  | KeyVerdict
  /** The key is not at hand. */
  | ({ readonly kind: 'key-unknown' } & SignatureFacts)
  /** The key is at hand and can't have made it: `reason` completes "the key …". */
  | ({ readonly kind: 'key-unusable'; readonly reason: string } & SignatureFacts)
  /** The bytes are not those that were signed, or the signature is not by the key it names. */
  | ({ readonly kind: 'bad'; readonly userId: string | undefined } & SignatureFacts)
  /** OpenPGP data, but not a signature over a file that lies beside it. */
  | { readonly kind: 'not-detached'; readonly what: string }
  /** Not to be read, or made in a way that the engine can't check. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** A signature that counts: by a key that was good when it signed. */
export type GoodVerdict = (
  | { readonly kind: 'good' }
  | { readonly kind: 'good-expired-since'; readonly expired: number }
  /** Retired, not compromised, and after it signed. */
  | { readonly kind: 'good-revoked-since'; readonly revoked: Revocation }
) &
  KeyFacts;

/** A true signature that doesn't count, because of its key or its own end. */
export type KeyVerdict = (
  | { readonly kind: 'expired-before-signing'; readonly expired: number }
  | { readonly kind: 'signature-expired'; readonly expired: number }
  | { readonly kind: 'revoked'; readonly when: 'before' | 'after'; readonly revoked: Revocation }
) &
  KeyFacts;

/** What a signature says of itself; true only together with a verdict that it is valid. Times are seconds since 1970. */
export interface SignatureFacts {
  readonly keyId: string | undefined;
  readonly signed: number | undefined;
  /** Such as `RSA` and `SHA-512`. */
  readonly algorithm: string;
  readonly hash: string;
  readonly version: number;
  readonly class: number;
}

/** A valid signature's key, beside what it says of itself. */
export interface KeyFacts extends SignatureFacts {
  readonly key: SigningKey;
  readonly weak: readonly Weakness[];
}

/** Whether a signature counts. */
export function isGood(verdict: { readonly kind: string }): verdict is GoodVerdict {
  return (
    verdict.kind === 'good' || verdict.kind === 'good-expired-since' || verdict.kind === 'good-revoked-since'
  );
}

/** What follows from a finding at the time `now`, in seconds since 1970. */
export function judge(signature: SignaturePacket, finding: Finding, now: number): SignatureVerdict {
  const facts = factsOf(signature);
  switch (finding.kind) {
    case 'valid':
      return judgeKey(signature, { ...facts, key: finding.key }, now);
    case 'invalid':
      return { kind: 'bad', userId: finding.userId, ...facts };
    case 'key-unknown':
      return { kind: 'key-unknown', ...facts };
    case 'key-unusable':
      return { kind: 'key-unusable', reason: finding.reason, ...facts };
    case 'unsupported':
      return { kind: 'unreadable', reason: finding.reason };
  }
}

function judgeKey(
  signature: SignaturePacket,
  { key, ...plain }: Omit<KeyFacts, 'weak'>,
  now: number,
): SignatureVerdict {
  const facts: KeyFacts = { ...plain, key, weak: weaknesses({ ...signature, bits: key.bits }) };
  const { created: signed } = signature;
  if (signed === undefined) return { kind: 'unreadable', reason: 'it has no time' };
  if (key.created !== undefined && signed < key.created) {
    return { kind: 'key-unusable', reason: 'is newer than the signature', ...plain };
  }
  const { expires, revoked } = key;
  if (revoked !== undefined) {
    const when = signed < revoked.at ? 'after' : 'before';
    if (when === 'before' || revoked.reason !== 'retired')
      return { kind: 'revoked', when, revoked, ...facts };
  }
  if (signature.expires !== undefined && signature.expires <= now) {
    return { kind: 'signature-expired', expired: signature.expires, ...facts };
  }
  if (expires !== undefined && expires <= signed) {
    return { kind: 'expired-before-signing', expired: expires, ...facts };
  }
  // A key that is both is told as expired, as GnuPG does.
  if (expires !== undefined && expires <= now)
    return { kind: 'good-expired-since', expired: expires, ...facts };
  if (revoked !== undefined) return { kind: 'good-revoked-since', revoked, ...facts };
  return { kind: 'good', ...facts };
}

function factsOf(signature: SignaturePacket): SignatureFacts {
  return {
    keyId: signature.issuerFingerprint ?? signature.issuerKeyId,
    signed: signature.created,
    algorithm: publicKeyName(signature.publicKeyAlgorithm),
    hash: hashName(signature.hashAlgorithm),
    version: signature.version,
    class: signature.type,
  };
}
