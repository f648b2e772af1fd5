import { bigEndian } from './packets.js';

/** One subpacket of a signature; `critical` says that who doesn't know it must not trust the signature. */
export interface Subpacket {
  readonly type: number;
  readonly critical: boolean;
  readonly body: Uint8Array;
}

/** The parts of a signature's body, in their order. */
export interface SignatureParts {
  /** What is hashed of the signature itself, from its first byte on. */
  readonly hashedPart: Uint8Array;
  readonly hashed: readonly Subpacket[];
  readonly unhashed: readonly Subpacket[];
  /** The first two bytes of the hash, repeated. */
  readonly digestStart: Uint8Array;
  /** The algorithm's numbers. */
  readonly material: Uint8Array;
}

/** The subpackets that are told apart here (RFC 9580, section 5.2.3.7). */
export const subpacketTypes = {
  created: 2,
  lifetime: 3,
  keyLifetime: 9,
  revocationKey: 12,
  issuerKeyId: 16,
  primaryUserId: 25,
  keyFlags: 27,
  revocationReason: 29,
  target: 31,
  embeddedSignature: 32,
  issuerFingerprint: 33,
} as const;

/** Takes the body of a signature of version 4, 5 or 6 apart; undefined where it is damaged. */
export function signatureParts({
  version,
  body,
}: {
  readonly version: number;
  readonly body: Uint8Array;
}): SignatureParts | undefined {
  const width = version === 6 ? 4 : 2;
  const hashed = area(body, 4, width);
  const unhashed = hashed && area(body, hashed.end, width);
  if (hashed === undefined || unhashed === undefined || body.length < unhashed.end + 4) return undefined;
  const subpackets = [readSubpackets(hashed.bytes), readSubpackets(unhashed.bytes)];
  const [signed, unsigned] = subpackets;
  if (signed === undefined || unsigned === undefined) return undefined;
  return {
    hashedPart: body.subarray(0, hashed.end),
    hashed: signed,
    unhashed: unsigned,
    digestStart: body.subarray(unhashed.end, unhashed.end + 2),
    material: body.subarray(unhashed.end + 2),
  };
}

interface Area {
  readonly bytes: Uint8Array;
  readonly end: number;
}

function area(body: Uint8Array, at: number, width: number): Area | undefined {
  const start = at + width;
  const end = start + bigEndian(body, at, width);
  return end > body.length ? undefined : { bytes: body.subarray(start, end), end };
}

function readSubpackets(bytes: Uint8Array): readonly Subpacket[] | undefined {
  const found: Subpacket[] = [];
  for (let at = 0; at < bytes.length;) {
    const { start, length } = lengthAt(bytes, at);
    const end = start + length;
    if (length === 0 || end > bytes.length) return undefined;
    const octet = bytes[start] ?? 0;
    const body = bytes.subarray(start + 1, end);
    found.push({ type: octet & 0x7f, critical: (octet & 0x80) !== 0, body });
    at = end;
  }
  return found;
}

function lengthAt(bytes: Uint8Array, at: number): { readonly start: number; readonly length: number } {
  const octet = bytes[at] ?? 0;
  if (octet < 192) return { start: at + 1, length: octet };
  if (octet < 255) return { start: at + 2, length: ((octet - 192) << 8) + (bytes[at + 1] ?? 0) + 192 };
  return { start: at + 5, length: bigEndian(bytes, at + 1, 4) };
}
