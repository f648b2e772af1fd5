import type { SignaturePacket } from './signature-packet.js';

/**
 * Checks signatures: GnuPG with the user's keyring, or openpgp.js with key files.
 *
 * An engine says what is so (the signature fits these bytes and this key; the key ends then and was revoked then);
 * what follows from it is decided in one place, by `judge` in `verdict.ts`, so that both engines give one verdict.
 */
export interface SignatureEngine extends AsyncDisposable {
  readonly name: 'gnupg' | 'openpgp.js' | 'program';
  /** How many checks are best under way at once. */
  readonly atOnce: number;

  /**
   * Checks one signature over `signed`, with the keys as they are `now`, in seconds since 1970; GnuPG has a clock of its
   * own. Throws only where no check is possible: GnuPG is missing, the run is aborted.
   */
  check(signature: SignaturePacket, signed: Uint8Array, now: number): Promise<Finding>;
}

/** What an engine found out about one signature. */
export type Finding =
  /** It is over these bytes and by this key. Whether the key was good for it is another question. */
  | { readonly kind: 'valid'; readonly key: SigningKey }
  /** The key is known, and it did not make this signature over these bytes. */
  | { readonly kind: 'invalid'; readonly userId: string | undefined }
  | { readonly kind: 'key-unknown' }
  /** The key is known and can't make such signatures: `reason` completes "the key …". */
  | { readonly kind: 'key-unusable'; readonly reason: string }
  /** Nothing can be said: an algorithm or a version that the engine doesn't do. */
  | { readonly kind: 'unsupported'; readonly reason: string };

/** The key behind a valid signature. Times are seconds since 1970. */
export interface SigningKey {
  /** Of the key or subkey that signed, in upper-case hexadecimal; undefined where a program only says good or bad. */
  readonly fingerprint: string | undefined;
  /** What a key is known and trusted by: the fingerprint of its primary key. */
  readonly primaryFingerprint: string | undefined;
  readonly userId: string | undefined;
  /** Undefined where it isn't known or, as with curves, doesn't matter. */
  readonly bits: number | undefined;
  readonly created: number | undefined;
  /** The earlier of the signing key's and its primary key's end. */
  readonly expires: number | undefined;
  readonly revoked: Revocation | undefined;
}

/** A key that its owner has taken back. */
export interface Revocation {
  readonly at: number;
  readonly reason: RevocationReason;
}

/**
 * Why a key was revoked. `retired` (no longer used, or superseded) leaves earlier signatures good; the others don't,
 * since nobody knows who had the key: a revocation without a reason is read as `compromised` would be.
 */
export type RevocationReason = 'compromised' | 'retired' | 'unspecified';

/** The reason as RFC 9580, section 5.2.3.31, numbers it. */
export function revocationReason(code: number | undefined): RevocationReason {
  if (code === 2) return 'compromised';
  return code === 1 || code === 3 ? 'retired' : 'unspecified';
}
