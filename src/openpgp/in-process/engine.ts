import type { Config, LiteralDataPacket } from 'openpgp';
import type { Finding, SignatureEngine } from '../engine.js';
import type { SignaturePacket } from '../signature-packet.js';
import { Certificate, type SigningCandidate } from './certificate.js';
import type { KeyRing } from './key-ring.js';
import { lenientConfig, librarySignature, loadOpenPgp, type OpenPgp } from './packets.js';

/** Checks signatures in this process, with openpgp.js and the keys of `ring`. */
export function inProcessEngine(ring: KeyRing): SignatureEngine {
  let checker: Promise<Checker> | undefined;
  return {
    name: 'openpgp.js',
    atOnce: 1,
    check: async (signature, signed) => {
      checker ??= loadOpenPgp().then((library) => new Checker(library, ring));
      return (await checker).check(signature, signed);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

class Checker {
  readonly #library: OpenPgp;
  readonly #config: Config;
  readonly #ring: KeyRing;
  readonly #certificates = new Map<string, Certificate>();

  constructor(library: OpenPgp, ring: KeyRing) {
    this.#library = library;
    this.#config = lenientConfig(library);
    this.#ring = ring;
  }

  /** A name may stand for several keys; the one that made the signature decides, else the first. */
  async check(signature: SignaturePacket, signed: Uint8Array): Promise<Finding> {
    const name = signature.issuerFingerprint ?? signature.issuerKeyId;
    const keys = name === undefined ? [] : this.#ring.find(name);
    if (name === undefined || keys.length === 0) return { kind: 'key-unknown' };
    let first: Finding | undefined;
    for (const key of keys) {
      const candidate = await this.#certificate(
        key.fingerprint,
        () => new Certificate(this.#library, key),
      ).signingKey(name);
      const finding = await this.#checkWith(candidate, signature, signed);
      if (finding.kind === 'valid') return finding;
      first ??= finding;
    }
    return first ?? { kind: 'key-unknown' };
  }

  #certificate(fingerprint: string, make: () => Certificate): Certificate {
    const known = this.#certificates.get(fingerprint) ?? make();
    this.#certificates.set(fingerprint, known);
    return known;
  }

  async #checkWith(
    candidate: SigningCandidate,
    signature: SignaturePacket,
    signed: Uint8Array,
  ): Promise<Finding> {
    if ('unusable' in candidate) return { kind: 'key-unusable', reason: candidate.unusable };
    try {
      const packet = librarySignature(this.#library, signature);
      // Which key is asked was decided by its whole fingerprint where the signature has one; a key ID beside it may be wrong.
      packet.issuerKeyID = candidate.packet.getKeyID();
      const at = packet.created ?? new Date(0);
      await packet.verify(
        candidate.packet,
        packet.signatureType ?? this.#library.enums.signature.binary,
        await this.#literal(signed),
        at,
        true,
        this.#config,
      );
      return { kind: 'valid', key: candidate.key };
    } catch (error) {
      return negative(error, candidate.key.userId);
    }
  }

  async #literal(signed: Uint8Array): Promise<LiteralDataPacket> {
    const message = await this.#library.createMessage({ binary: signed });
    const [literal] = message.packets;
    return literal as LiteralDataPacket;
  }
}

/** openpgp.js tells a signature that doesn't hold from one that it can't check by words only. */
function negative(error: unknown, userId: string | undefined): Finding {
  const words = error instanceof Error ? error.message : String(error);
  if (/Unsupported|Unknown|not support|unsupported|Invalid enum/.test(words) && !words.includes('critical')) {
    return { kind: 'unsupported', reason: `openpgp.js can't check it: ${words}` };
  }
  return { kind: 'invalid', userId };
}
