import { createHash, createVerify, verify } from 'node:crypto';
import { readSignaturePacket, type SignaturePacket } from '../signature-packet.js';
import { signatureParts, subpacketTypes, type SignatureParts, type Subpacket } from '../signature-parts.js';
import type { Claim } from './claim.js';
import { strictMpis } from './mpi.js';
import { opensslKey, type OpenSslKey } from './openssl-key.js';
import { signedBytes } from './signed-bytes.js';

/**
 * Whether OpenSSL, which is part of Node, proves a claim. Loading openpgp.js takes longer than checking a release, and
 * nearly every signature is a plain and good one: only these are looked at here. False says nothing: whatever is odd,
 * unusual or doesn't hold is for openpgp.js to judge.
 */
export function isProvenByOpenSsl({ signature, key, over }: Claim): boolean {
  const hash = hashes[signature.hashAlgorithm];
  const parts = plainParts(signature);
  const openssl = signature.publicKeyAlgorithm === key.algorithm ? opensslKey(key) : undefined;
  const proof = openssl && parts && proofBytes(openssl, parts.material);
  if (hash === undefined || parts === undefined || openssl === undefined || proof === undefined) return false;
  const pieces = signedBytes(signature, over, parts.hashedPart);
  const digester = createHash(hash);
  for (const piece of pieces) digester.update(piece);
  const digest = digester.digest();
  if (digest[0] !== parts.digestStart[0] || digest[1] !== parts.digestStart[1]) return false;
  try {
    // Shorter digests are too weak to be signed themselves.
    if (openssl.signsDigest) return digest.length >= 32 && verify(null, digest, openssl.key, proof);
    const verifier = createVerify(hash);
    for (const piece of pieces) verifier.update(piece);
    return verifier.verify({ key: openssl.key, dsaEncoding: 'ieee-p1363' }, proof);
  } catch {
    return false;
  }
}

/** Digests that nobody refuses, under OpenSSL's names. */
const hashes: Readonly<Record<number, string>> = {
  2: 'sha1',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
};

/** The parts of a signature with nothing in it that a reader has to understand or to refuse. */
function plainParts(signature: SignaturePacket): Omit<SignatureParts, 'hashed' | 'unhashed'> | undefined {
  const { version, body, created } = signature;
  if (created === undefined) return undefined;
  if (version === 3) {
    // Class and time are all that is hashed of it.
    return {
      hashedPart: body.subarray(2, 7),
      digestStart: body.subarray(17, 19),
      material: body.subarray(19),
    };
  }
  const parts = version === 4 ? signatureParts({ version, body }) : undefined;
  return parts?.hashed.every(isPlain) === true && [...parts.hashed, ...parts.unhashed].every(isReadable)
    ? parts
    : undefined;
}

/** Those subpackets of RFC 9580, section 5.2.3.7, that everybody understands. */
const understood: ReadonlySet<number> = new Set([
  2, 3, 4, 5, 6, 7, 9, 11, 16, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 33, 34,
]);

/** A key that may revoke this one, and a signature that this one is about: nothing plain. */
const special: ReadonlySet<number> = new Set([subpacketTypes.revocationKey, subpacketTypes.target]);

function isPlain({ type, critical }: Subpacket): boolean {
  return critical ? understood.has(type) : !special.has(type);
}

/** A signature inside a signature has to be one. */
function isReadable({ type, body }: Subpacket): boolean {
  if (type !== subpacketTypes.embeddedSignature) return true;
  const inner = readSignaturePacket({ tag: 2, body, bytes: body });
  return typeof inner !== 'string' && inner.version === 4;
}

/** A signature's numbers as OpenSSL wants them. */
function proofBytes({ numbers, width }: OpenSslKey, material: Uint8Array): Uint8Array | undefined {
  if (numbers === 0) return material.length === width ? material : undefined;
  const found = strictMpis(material, numbers);
  if (found === undefined || found.some(({ length }) => length > width)) return undefined;
  return Buffer.concat(found.map((number) => Buffer.concat([Buffer.alloc(width - number.length), number])));
}
