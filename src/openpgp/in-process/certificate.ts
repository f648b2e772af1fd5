import type { PublicKeyPacket, PublicSubkeyPacket, SignaturePacket as LibrarySignature } from 'openpgp';
import { revocationReason, type Revocation, type SigningKey } from '../engine.js';
import { decidingRevocation, earliest } from '../key-times.js';
import { tags } from '../packets.js';
import { signatureTypes, type SignaturePacket } from '../signature-packet.js';
import { librarySignature, type OpenPgp } from './packets.js';
import type { SignedPart, SignedSubkey, TransferableKey } from './transferable-key.js';

/** A key that may have signed, checked as far as that needs. */
export type SigningCandidate =
  | { readonly packet: PublicKeyPacket | PublicSubkeyPacket; readonly key: SigningKey }
  /** Completes "the key …". */
  | { readonly unusable: string };

/**
 * What a public key says of itself under valid self-signatures, read as GnuPG reads it: the latest one of each part
 * counts, and a revocation for good.
 */
export class Certificate {
  readonly #library: OpenPgp;
  readonly #source: TransferableKey;
  readonly #primary: Promise<Primary>;

  constructor(library: OpenPgp, source: TransferableKey) {
    this.#library = library;
    this.#source = source;
    this.#primary = this.#readPrimary();
  }

  /** The primary key or subkey with this fingerprint or key ID. */
  async signingKey(name: string): Promise<SigningCandidate> {
    const primary = await this.#primary;
    if (!primary.selfSigned) return { unusable: 'has no valid self-signature' };
    const { fingerprint, keyId } = this.#source;
    if (name === fingerprint || name === keyId) return primaryCandidate(primary, fingerprint);
    const subkey = this.#source.subkeys.find((each) => each.fingerprint === name || each.keyId === name);
    return subkey === undefined ? { unusable: 'is not there' } : this.#subkeyCandidate(primary, subkey);
  }

  async #readPrimary(): Promise<Primary> {
    const packet = new this.#library.PublicKeyPacket();
    await packet.read(this.#source.primary.body);
    const over = { key: packet };
    const direct = await this.#latest(this.#source.direct, [keySignature], packet, over);
    const users = await Promise.all(this.#source.users.map((user) => this.#readUser(user, packet)));
    const current = users.flatMap((user) => user ?? []).sort((a, b) => time(b.signature) - time(a.signature));
    const created = seconds(packet.created);
    return {
      packet,
      created,
      selfSigned: direct !== undefined || current.length > 0,
      expires: endOf(created, [direct, ...current.map(({ signature }) => signature)]),
      signs: mayCertifyAndSign([direct, ...current.map(({ signature }) => signature)]),
      userId: (current.find(isPrimaryUser) ?? current.find(({ userId }) => userId !== undefined))?.userId,
      revoked: decidingRevocation(
        await this.#revocations(this.#source.direct, signatureTypes.keyRevocation, packet, over),
      ),
    };
  }

  /** The latest valid self-signature over a user ID; undefined where there is none or it takes the user ID back. */
  async #readUser(user: SignedPart, key: PublicKeyPacket): Promise<User | undefined> {
    const isUserId = user.packet.tag === tags.userId;
    const packet = isUserId ? new this.#library.UserIDPacket() : new this.#library.UserAttributePacket();
    packet.read(user.packet.body);
    const over = isUserId ? { userID: packet, key } : { userAttribute: packet, key };
    const signature = await this.#latest(user.signatures, certifications, key, over);
    if (signature === undefined || typeOf(signature) === userRevocation) return undefined;
    return { signature, userId: isUserId ? Buffer.from(user.packet.body).toString('utf8') : undefined };
  }

  async #subkeyCandidate(primary: Primary, subkey: SignedSubkey): Promise<SigningCandidate> {
    const packet = new this.#library.PublicSubkeyPacket();
    await packet.read(subkey.packet.body);
    const over = { key: primary.packet, bind: packet };
    const binding = await this.#latest(subkey.signatures, [subkeyBinding], primary.packet, over);
    if (binding === undefined) return { unusable: 'is not bound to its primary key' };
    if (!maySign(binding)) return { unusable: 'is not made for signing' };
    if (!(await this.#isCrossCertified(binding, packet, over))) {
      return { unusable: 'is not cross-certified: it never said that it belongs to its primary key' };
    }
    const created = seconds(packet.created);
    const revoked = await this.#revocations(
      subkey.signatures,
      signatureTypes.subkeyRevocation,
      primary.packet,
      over,
    );
    return {
      packet,
      key: {
        fingerprint: subkey.fingerprint,
        primaryFingerprint: this.#source.fingerprint,
        userId: primary.userId,
        bits: bitsOf(packet),
        created,
        expires: earliest(primary.expires, endOf(created, [binding])),
        revoked: decidingRevocation([
          ...revoked,
          ...(primary.revoked === undefined ? [] : [primary.revoked]),
        ]),
      },
    };
  }

  async #isCrossCertified(
    binding: LibrarySignature,
    subkey: PublicSubkeyPacket,
    over: object,
  ): Promise<boolean> {
    const { embeddedSignature } = binding;
    if (embeddedSignature === null || typeOf(embeddedSignature) !== crossCertification) return false;
    return this.#holds(embeddedSignature, subkey, over);
  }

  /** The latest of the signatures of these types that is valid. */
  async #latest(
    signatures: readonly SignaturePacket[],
    types: readonly number[],
    key: PublicKeyPacket,
    over: object,
  ): Promise<LibrarySignature | undefined> {
    const candidates = signatures.filter(({ type }) => types.includes(type));
    for (const candidate of [...candidates].sort((a, b) => (b.created ?? 0) - (a.created ?? 0))) {
      const packet = this.#read(candidate);
      if (packet !== undefined && (await this.#holds(packet, key, over))) return packet;
    }
    return undefined;
  }

  async #revocations(
    signatures: readonly SignaturePacket[],
    type: number,
    key: PublicKeyPacket,
    over: object,
  ): Promise<readonly Revocation[]> {
    const found: Revocation[] = [];
    for (const signature of signatures) {
      const packet = signature.type === type ? this.#read(signature) : undefined;
      if (packet === undefined || !(await this.#holds(packet, key, over))) continue;
      found.push({ at: time(packet), reason: revocationReason(signature.revocationReason) });
    }
    return found;
  }

  #read(signature: SignaturePacket): LibrarySignature | undefined {
    try {
      return librarySignature(this.#library, signature);
    } catch {
      // Whoever gave us the key file may have put anything into it; what can't be read says nothing.
      return undefined;
    }
  }

  async #holds(
    signature: LibrarySignature,
    key: PublicKeyPacket | PublicSubkeyPacket,
    over: object,
  ): Promise<boolean> {
    // Checked at its own time: whether it is too old is decided elsewhere.
    const at = signature.created ?? new Date(0);
    const { config, enums } = this.#library;
    const { binary } = enums.signature;
    return signature.verify(key, signature.signatureType ?? binary, over, at, false, config).then(
      () => true,
      () => false,
    );
  }
}

interface Primary {
  readonly packet: PublicKeyPacket;
  readonly created: number;
  readonly selfSigned: boolean;
  readonly expires: number | undefined;
  readonly signs: boolean;
  readonly userId: string | undefined;
  readonly revoked: Revocation | undefined;
}

interface User {
  readonly signature: LibrarySignature;
  readonly userId: string | undefined;
}

const keySignature = 0x1f;
const subkeyBinding = 0x18;
const crossCertification = 0x19;
const userRevocation = 0x30;
const certifications: readonly number[] = [0x10, 0x11, 0x12, 0x13, userRevocation];

function primaryCandidate(primary: Primary, fingerprint: string): SigningCandidate {
  if (!primary.signs) return { unusable: 'is not made for signing' };
  const { packet, userId, created, expires, revoked } = primary;
  const bits = bitsOf(packet);
  return {
    packet,
    key: { fingerprint, primaryFingerprint: fingerprint, userId, bits, created, expires, revoked },
  };
}

/**
 * When a key ends, from its self-signatures in the order in which GnuPG asks them: the first that names an end at all.
 */
function endOf(created: number, signatures: readonly (LibrarySignature | undefined)[]): number | undefined {
  const lifetime = signatures.find((signature) => (signature?.keyExpirationTime ?? 0) > 0)?.keyExpirationTime;
  return lifetime === null || lifetime === undefined ? undefined : created + lifetime;
}

function mayCertifyAndSign(signatures: readonly (LibrarySignature | undefined)[]): boolean {
  const flagged = signatures.find((signature) => signature !== undefined && signature.keyFlags !== null);
  return flagged === undefined || maySign(flagged);
}

/** Without flags an algorithm that can sign may. */
function maySign(signature: LibrarySignature): boolean {
  const [flags] = signature.keyFlags ?? [2];
  return ((flags ?? 0) & 2) !== 0;
}

function isPrimaryUser({ signature, userId }: User): boolean {
  return userId !== undefined && signature.isPrimaryUserID === true;
}

function bitsOf(packet: PublicKeyPacket | PublicSubkeyPacket): number | undefined {
  return packet.getAlgorithmInfo().bits;
}

function typeOf(signature: LibrarySignature): number {
  return signature.signatureType ?? -1;
}

function time(signature: LibrarySignature): number {
  return seconds(signature.created ?? new Date(0));
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
