import { revocationReason, type Revocation, type SigningKey } from '../engine.js';
import { decidingRevocation, earliest } from '../key-times.js';
import { tags } from '../packets.js';
import type { SignaturePacket } from '../signature-packet.js';
import { keySignatureTypes as types, type SignedThing, type SignedKey } from './claim.js';
import type { Judge } from './judge.js';
import { bitsOf, readPublicKey, type PublicKey } from './public-key.js';
import { readSelfSignature, type SelfSignature } from './self-signature.js';
import {
  ownSignatures,
  type SignedPart,
  type SignedSubkey,
  type TransferableKey,
} from './transferable-key.js';

/** A key that may have signed, checked as far as that needs. */
export type SigningCandidate =
  | { readonly publicKey: PublicKey; readonly key: SigningKey }
  /** Completes "the key …". */
  | { readonly unusable: string };

/**
 * What a public key says of itself under valid self-signatures, read as GnuPG reads it: the latest one of each part
 * counts, and a revocation for good.
 */
export class Certificate {
  readonly #judge: Judge;
  readonly #source: TransferableKey;
  readonly #now: number;
  readonly #primary: Promise<Primary | undefined>;

  /** What it is `now`, in seconds since 1970. */
  constructor(judge: Judge, source: TransferableKey, now: number) {
    this.#judge = judge;
    this.#source = source;
    this.#now = now;
    this.#primary = this.#readPrimary();
  }

  /** The primary key or subkey with this fingerprint or key ID. */
  async signingKey(name: string): Promise<SigningCandidate> {
    const primary = await this.#primary;
    if (primary === undefined) return { unusable: 'has no valid self-signature' };
    const { fingerprint, keyId } = this.#source;
    if (name === fingerprint || name === keyId) return primaryCandidate(primary);
    const subkey = this.#source.subkeys.find((each) => each.fingerprint === name || each.keyId === name);
    const publicKey = subkey && readPublicKey(subkey.packet);
    if (subkey === undefined || publicKey === undefined) return { unusable: 'is not there' };
    return this.#subkeyCandidate(primary, publicKey, subkey);
  }

  /** Undefined where the key has never said anything of itself. */
  async #readPrimary(): Promise<Primary | undefined> {
    const key = readPublicKey(this.#source.primary);
    if (key === undefined) return undefined;
    const over = { kind: 'key', key } as const;
    const signatures = ownSignatures(this.#source.direct, key);
    const lasting = signatures.filter((signature) => !this.#hasEnded(signature));
    const direct = await this.#latest(lasting, [types.direct], over);
    const users = await Promise.all(this.#source.users.map((user) => this.#readUser(user, key)));
    const current = users.flatMap((user) => user ?? []).sort((a, b) => time(b) - time(a));
    const all = [...(direct === undefined ? [] : [direct]), ...current];
    if (all.length === 0) return undefined;
    return {
      key,
      expires: endOf(key, all),
      signs: mayCertifyAndSign(all),
      userId: (current.find(isPrimaryUser) ?? current.find(({ userId }) => userId !== undefined))?.userId,
      revoked: decidingRevocation(await this.#revocations(signatures, types.keyRevocation, over)),
    };
  }

  /** The latest valid self-signature over a user ID; undefined where there is none or it takes the user ID back. */
  async #readUser(user: SignedPart, key: PublicKey): Promise<User | undefined> {
    const over = { kind: 'user', key, user: user.packet } as const;
    const wanted = [...types.certifications, types.userRevocation];
    const latest = await this.#latest(ownSignatures(user.signatures, key), wanted, over);
    if (latest === undefined || latest.signature.type === types.userRevocation) return undefined;
    const { tag, body } = user.packet;
    return { ...latest, userId: tag === tags.userId ? Buffer.from(body).toString('utf8') : undefined };
  }

  async #subkeyCandidate(
    primary: Primary,
    publicKey: PublicKey,
    subkey: SignedSubkey,
  ): Promise<SigningCandidate> {
    const over = { kind: 'subkey', key: primary.key, subkey: publicKey } as const;
    const signatures = ownSignatures(subkey.signatures, primary.key);
    const binding = await this.#latest(signatures, [types.subkeyBinding], over);
    // GnuPG forgets those before the latest.
    if (binding === undefined || this.#hasEnded(binding.signature))
      return { unusable: 'is not bound to its primary key' };
    if (!maySign(binding)) return { unusable: 'is not made for signing' };
    if (!(await this.#isCrossCertified(binding, publicKey, over))) {
      return { unusable: 'is not cross-certified: it never said that it belongs to its primary key' };
    }
    const revoked = await this.#revocations(signatures, types.subkeyRevocation, over);
    return {
      publicKey,
      key: {
        fingerprint: publicKey.fingerprint,
        primaryFingerprint: this.#source.fingerprint,
        userId: primary.userId,
        bits: bitsOf(publicKey),
        created: publicKey.created,
        expires: earliest(primary.expires, endOf(publicKey, [binding])),
        revoked: decidingRevocation([
          ...revoked,
          ...(primary.revoked === undefined ? [] : [primary.revoked]),
        ]),
      },
    };
  }

  async #isCrossCertified(
    { embedded }: SelfSignature,
    subkey: PublicKey,
    over: SignedThing,
  ): Promise<boolean> {
    if (embedded?.type !== types.primaryKeyBinding) return false;
    const names = [embedded.issuerFingerprint, embedded.issuerKeyId];
    if (!names.includes(subkey.fingerprint) && !names.includes(subkey.keyId)) return false;
    return this.#judge.holds({ signature: embedded, key: subkey, over });
  }

  /** Whether a signature itself has ended, which GnuPG asks of all but those over user IDs. */
  #hasEnded({ expires }: SignaturePacket): boolean {
    return expires !== undefined && expires <= this.#now;
  }

  /** The latest of the signatures of these types that is valid. */
  async #latest(
    signatures: readonly SignaturePacket[],
    wanted: readonly number[],
    over: SignedKey,
  ): Promise<SelfSignature | undefined> {
    const candidates = signatures.filter(({ type }) => wanted.includes(type));
    for (const signature of candidates.sort((a, b) => (b.created ?? 0) - (a.created ?? 0))) {
      if (await this.#holds(signature, over)) return readSelfSignature(signature);
    }
    return undefined;
  }

  async #revocations(
    signatures: readonly SignaturePacket[],
    type: number,
    over: SignedKey,
  ): Promise<readonly Revocation[]> {
    const found: Revocation[] = [];
    for (const signature of signatures) {
      if (signature.type !== type || !(await this.#holds(signature, over))) continue;
      found.push({ at: signature.created ?? 0, reason: revocationReason(signature.revocationReason) });
    }
    return found;
  }

  async #holds(signature: SignaturePacket, over: SignedKey): Promise<boolean> {
    return this.#judge.holds({ signature, key: over.key, over });
  }
}

interface Primary {
  readonly key: PublicKey;
  readonly expires: number | undefined;
  readonly signs: boolean;
  readonly userId: string | undefined;
  readonly revoked: Revocation | undefined;
}

interface User extends SelfSignature {
  readonly userId: string | undefined;
}

function primaryCandidate({ key, signs, userId, expires, revoked }: Primary): SigningCandidate {
  if (!signs) return { unusable: 'is not made for signing' };
  const { fingerprint, created } = key;
  const bits = bitsOf(key);
  return {
    publicKey: key,
    key: { fingerprint, primaryFingerprint: fingerprint, userId, bits, created, expires, revoked },
  };
}

/**
 * When a key ends, from its self-signatures in the order in which GnuPG asks them: the first that names an end at all.
 */
function endOf({ created }: PublicKey, signatures: readonly SelfSignature[]): number | undefined {
  const lifetime = signatures.find(({ keyLifetime }) => keyLifetime !== undefined)?.keyLifetime;
  return lifetime === undefined ? undefined : created + lifetime;
}

function mayCertifyAndSign(signatures: readonly SelfSignature[]): boolean {
  const flagged = signatures.find(({ keyFlags }) => keyFlags !== undefined);
  return flagged === undefined || maySign(flagged);
}

/** Without flags an algorithm that can sign may. */
function maySign({ keyFlags = 2 }: SelfSignature): boolean {
  return (keyFlags & 2) !== 0;
}

function isPrimaryUser({ isPrimaryUser: isPrimary, userId }: User): boolean {
  return userId !== undefined && isPrimary;
}

function time({ signature }: SelfSignature): number {
  return signature.created ?? 0;
}
