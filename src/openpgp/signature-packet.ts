import { bigEndian, type Packet } from './packets.js';
import { signatureParts, subpacketTypes, type Subpacket } from './signature-parts.js';

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

/** The class of a signature, which is read of one that can't be read otherwise too; undefined where it ends before it. */
export function signatureType({ body }: Packet): number | undefined {
  return body[0] === 2 || body[0] === 3 ? body[2] : body[1];
}

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
  const parts = signatureParts({ version, body });
  if (parts === undefined) return damaged;
  const { hashed, unhashed } = parts;
  const [signed, unsigned] = [firstOfEach(hashed), firstOfEach(unhashed)];
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

/** The first subpacket of each type. Two times would be read differently by different programs: that is damage. */
function firstOfEach(subpackets: readonly Subpacket[]): ReadonlyMap<number, Uint8Array> | undefined {
  const found = new Map<number, Uint8Array>();
  for (const { type, body } of subpackets) {
    const again = found.has(type);
    if (again && (type === subpacketTypes.created || type === subpacketTypes.lifetime)) return undefined;
    if (!again) found.set(type, body);
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
