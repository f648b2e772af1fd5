import type { Finding, SignatureEngine } from '../engine.js';
import type { SignaturePacket } from '../signature-packet.js';
import { Certificate, type SigningCandidate } from './certificate.js';
import { Judge } from './judge.js';
import type { KeyRing } from './key-ring.js';
import type { TransferableKey } from './transferable-key.js';

/** Checks signatures in this process, with the keys of `ring`. */
export function inProcessEngine(ring: KeyRing): SignatureEngine {
  const checker = new Checker(ring);
  return {
    name: 'openpgp.js',
    atOnce: 1,
    check: (...signed) => checker.check(...signed),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

class Checker {
  readonly #judge = new Judge();
  readonly #ring: KeyRing;
  readonly #certificates = new Map<string, Certificate>();

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** A name may stand for several keys; the one that made the signature decides, else the first. */
  async check(signature: SignaturePacket, signed: Uint8Array, now: number): Promise<Finding> {
    const name = signature.issuerFingerprint ?? signature.issuerKeyId;
    const keys = name === undefined ? [] : this.#ring.find(name);
    if (name === undefined || keys.length === 0) return { kind: 'key-unknown' };
    let first: Finding | undefined;
    for (const key of keys) {
      const certificate = this.#certificateOf(key, now);
      const finding = await this.#checkWith(await certificate.signingKey(name), signature, signed);
      if (finding.kind === 'valid') return finding;
      first ??= finding;
    }
    return first ?? { kind: 'key-unknown' };
  }

  /** A key's certificate as it is at the time of the first check: a command's checks lie seconds apart. */
  #certificateOf(key: TransferableKey, now: number): Certificate {
    const known = this.#certificates.get(key.fingerprint);
    if (known !== undefined) return known;
    const certificate = new Certificate(this.#judge, key, now);
    this.#certificates.set(key.fingerprint, certificate);
    return certificate;
  }

  async #checkWith(
    candidate: SigningCandidate,
    signature: SignaturePacket,
    bytes: Uint8Array,
  ): Promise<Finding> {
    if ('unusable' in candidate) return { kind: 'key-unusable', reason: candidate.unusable };
    const { publicKey, key } = candidate;
    try {
      await this.#judge.confirm({ signature, key: publicKey, over: { kind: 'file', bytes } });
      return { kind: 'valid', key };
    } catch (error) {
      return negative(error, key.userId);
    }
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
