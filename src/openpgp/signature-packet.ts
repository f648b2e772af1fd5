import { bigEndian, type Packet } from './packets.js';

/** What a signature packet says of itself. None of it is true before the signature has been checked. */
export interface SignaturePacket {
  /** 3, 4, 5 or 6. */
  readonly version: number;
  /** Class: 0x00 over bytes, 0x01 over text, others over keys. */
  readonly type: number;
  readonly publicKeyAlgorithm: number;
  readonly hashAlgorithm: number;
  /** Seconds since 1970; undefined where the signature has no time. */
  readonly created: number | undefined;
  /** When the signature itself ends, in seconds since 1970; most never do. */
  readonly expires: number | undefined;
  /** 16 upper-case hexadecimal digits. */
  readonly issuerKeyId: string | undefined;
  /** Upper-case hexadecimal. */
  readonly issuerFingerprint: string | undefined;
  /** Code and words of a revocation's reason. */
  readonly revocationReason: number | undefined;
  /** Header and body. */
  readonly bytes: Uint8Array;
  readonly body: Uint8Array;
}

/** Signature classes (RFC 9580, section 5.2.1). */
export const signatureTypes = {
  binary: 0x00,
  text: 0x01,
  keyRevocation: 0x20,
  subkeyRevocation: 0x28,
} as const;

/** Reads the fields of a signature packet, or says why it can't be read. */
export function readSignaturePacket(packet: Packet): SignaturePacket | string {
  const version = packet.body[0];
  if (version === 2 || version === 3) return readVersion3(packet);
  if (version === 4 || version === 5 || version === 6) return readVersion4(packet, version);
  return version === undefined ? 'its signature is empty' : `its signature is of version ${String(version)}`;
}

function readVersion3({ bytes, body }: Packet): SignaturePacket | string {
  if (body.length < 22 || body[1] !== 5) return damaged;
  return {
    version: 3,
    type: body[2] ?? 0,
    created: bigEndian(body, 3, 4),
    expires: undefined,
    issuerKeyId: hex(body.subarray(7, 15)),
    issuerFingerprint: undefined,
    publicKeyAlgorithm: body[15] ?? 0,
    hashAlgorithm: body[16] ?? 0,
    revocationReason: undefined,
    bytes,
    body,
  };
}

function readVersion4({ bytes, body }: Packet, version: 4 | 5 | 6): SignaturePacket | string {
  const width = version === 6 ? 4 : 2;
  const hashed = area(body, 4, width);
  const unhashed = hashed && area(body, hashed.end, width);
  if (hashed === undefined || unhashed === undefined || body.length < unhashed.end + 4) return damaged;
  const subpackets = [readSubpackets(hashed.bytes), readSubpackets(unhashed.bytes)];
  const [signed, unsigned] = subpackets;
  if (signed === undefined || unsigned === undefined) return damaged;
  const issuer =
    signed.get(subpacketTypes.issuerFingerprint) ?? unsigned.get(subpacketTypes.issuerFingerprint);
  const keyId = signed.get(subpacketTypes.issuerKeyId) ?? unsigned.get(subpacketTypes.issuerKeyId);
  const created = seconds(signed.get(subpacketTypes.created));
  const lifetime = seconds(signed.get(subpacketTypes.lifetime));
  const fingerprint = issuer === undefined ? undefined : hex(issuer.subarray(1));
  return {
    version,
    type: body[1] ?? 0,
    publicKeyAlgorithm: body[2] ?? 0,
    hashAlgorithm: body[3] ?? 0,
    created,
    expires: created === undefined || !lifetime ? undefined : created + lifetime,
    issuerKeyId: keyId === undefined ? keyIdOf(fingerprint) : hex(keyId),
    issuerFingerprint: fingerprint,
    revocationReason: signed.get(subpacketTypes.revocationReason)?.[0],
    bytes,
    body,
  };
}

const damaged = 'its signature is damaged';

const subpacketTypes = {
  created: 2,
  lifetime: 3,
  issuerKeyId: 16,
  revocationReason: 29,
  issuerFingerprint: 33,
} as const;

interface Area {
  readonly bytes: Uint8Array;
  readonly end: number;
}

function area(body: Uint8Array, at: number, width: number): Area | undefined {
  const start = at + width;
  const end = start + bigEndian(body, at, width);
  return end > body.length ? undefined : { bytes: body.subarray(start, end), end };
}

/** The first subpacket of each type. Two times would be read differently by different programs: that is damage. */
function readSubpackets(bytes: Uint8Array): Map<number, Uint8Array> | undefined {
  const found = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length;) {
    const octet = bytes[at] ?? 0;
    const width = octet < 192 ? 1 : octet < 255 ? 2 : 5;
    const length =
      width === 1
        ? octet
        : width === 2
          ? ((octet - 192) << 8) + (bytes[at + 1] ?? 0) + 192
          : bigEndian(bytes, at + 1, 4);
    const start = at + width;
    if (length === 0 || start + length > bytes.length) return undefined;
    const type = (bytes[start] ?? 0) & 0x7f;
    const again = found.has(type);
    if (again && (type === subpacketTypes.created || type === subpacketTypes.lifetime)) return undefined;
    if (!again) found.set(type, bytes.subarray(start + 1, start + length));
    at = start + length;
  }
  return found;
}

function seconds(bytes: Uint8Array | undefined): number | undefined {
  return bytes?.length === 4 ? bigEndian(bytes, 0, 4) : undefined;
}

function keyIdOf(fingerprint: string | undefined): string | undefined {
  if (fingerprint === undefined) return undefined;
  // From version 5 on a key's ID is the beginning of its fingerprint, before it was the end.
  return fingerprint.length > 40 ? fingerprint.slice(0, 16) : fingerprint.slice(-16);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}
