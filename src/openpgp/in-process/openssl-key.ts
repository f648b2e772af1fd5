import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { strictMpis } from './mpi.js';
import { derSpki } from './dsa-der.js';
import type { PublicKey } from './public-key.js';

/** A key as OpenSSL knows it, and how its signatures are written. */
export interface OpenSslKey {
  readonly key: KeyObject;
  /** How many numbers a signature has, and how many bytes each; no number: it is one string of bytes. */
  readonly numbers: 0 | 1 | 2;
  readonly width: number;
  /** It signs the digest instead of what the digest is of. */
  readonly signsDigest: boolean;
}

/** Gives OpenSSL a key; undefined for kinds of keys that are left to openpgp.js, and for keys that are written oddly. */
export function opensslKey(key: PublicKey): OpenSslKey | undefined {
  if (key.version !== 4) return undefined;
  const known = made.get(key);
  if (known !== undefined) return known;
  const fresh = makeKey(key);
  if (fresh !== undefined) made.set(key, fresh);
  return fresh;
}

/** A key makes many signatures. */
const made = new WeakMap<PublicKey, OpenSslKey>();

function makeKey({ algorithm, material }: PublicKey): OpenSslKey | undefined {
  try {
    switch (algorithm) {
      case 1:
      case 3:
        return rsaKey(material);
      case 17:
        return dsaKey(material);
      case 19:
        return ecdsaKey(material);
      case 22:
        return legacyEd25519Key(material);
      case 27:
        return ed25519Key(material, { numbers: 0, width: 64 });
      default:
        return undefined;
    }
  } catch {
    // OpenSSL doesn't want it: that it is no good is for openpgp.js to say.
    return undefined;
  }
}

function rsaKey(material: Uint8Array): OpenSslKey | undefined {
  const [n, e] = strictMpis(material, 2) ?? [];
  if (n === undefined || e === undefined) return undefined;
  const key = fromJwk({ kty: 'RSA', n: base64url(n), e: base64url(e) });
  return { key, numbers: 1, width: n.length, signsDigest: false };
}

function dsaKey(material: Uint8Array): OpenSslKey | undefined {
  const [p, q, g, y] = strictMpis(material, 4) ?? [];
  if (p === undefined || q === undefined || g === undefined || y === undefined) return undefined;
  const key = createPublicKey({ key: derSpki({ p, q, g, y }), format: 'der', type: 'spki' });
  return { key, numbers: 2, width: q.length, signsDigest: false };
}

/** Curves by the bytes of their object identifiers, in hexadecimal, with their length in front. */
const curves: Readonly<Record<string, { readonly crv: string; readonly width: number }>> = {
  '082a8648ce3d030107': { crv: 'P-256', width: 32 },
  '052b81040022': { crv: 'P-384', width: 48 },
  '052b81040023': { crv: 'P-521', width: 66 },
};

function ecdsaKey(material: Uint8Array): OpenSslKey | undefined {
  const oid = 1 + (material[0] ?? 0);
  const curve = curves[hex(material.subarray(0, oid))];
  const [point] = strictMpis(material.subarray(oid), 1) ?? [];
  if (curve === undefined || point?.[0] !== 4 || point.length !== 1 + 2 * curve.width) return undefined;
  const { crv, width } = curve;
  const [x, y] = [base64url(point.subarray(1, 1 + width)), base64url(point.subarray(1 + width))];
  return { key: fromJwk({ kty: 'EC', crv, x, y }), numbers: 2, width, signsDigest: false };
}

const legacyEd25519 = '092b06010401da470f01';

function legacyEd25519Key(material: Uint8Array): OpenSslKey | undefined {
  const oid = 1 + (material[0] ?? 0);
  const [point] = strictMpis(material.subarray(oid), 1) ?? [];
  const isKnown = hex(material.subarray(0, oid)) === legacyEd25519;
  if (!isKnown || point?.[0] !== 0x40) return undefined;
  return ed25519Key(point.subarray(1), { numbers: 2, width: 32 });
}

function ed25519Key(point: Uint8Array, form: Pick<OpenSslKey, 'numbers' | 'width'>): OpenSslKey | undefined {
  if (point.length !== 32) return undefined;
  const key = fromJwk({ kty: 'OKP', crv: 'Ed25519', x: base64url(point) });
  return { key, ...form, signsDigest: true };
}

function fromJwk(key: JsonWebKey): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
