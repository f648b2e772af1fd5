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
  /** 40 upper-case hexadecimal digits, or 64. */
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
  const issuer = issuerOf({
    fingerprint:
      signed.get(subpacketTypes.issuerFingerprint) ?? unsigned.get(subpacketTypes.issuerFingerprint),
    keyId: signed.get(subpacketTypes.issuerKeyId) ?? unsigned.get(subpacketTypes.issuerKeyId),
  });
  if (issuer === undefined) return damaged;
  const created = seconds(signed.get(subpacketTypes.created));
  const lifetime = seconds(signed.get(subpacketTypes.lifetime));
  return {
    version,
    type: body[1] ?? 0,
    publicKeyAlgorithm: body[2] ?? 0,
    hashAlgorithm: body[3] ?? 0,
    created,
    expires: created === undefined || !lifetime ? undefined : created + lifetime,
    ...issuer,
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

type Issuer = Pick<SignaturePacket, 'issuerKeyId' | 'issuerFingerprint'>;

/** Undefined where a name has another length than names of keys have: GnuPG gets them as arguments. */
function issuerOf(named: {
  readonly fingerprint: Uint8Array | undefined;
  readonly keyId: Uint8Array | undefined;
}): Issuer | undefined {
  const { fingerprint, keyId } = named;
  if (keyId !== undefined && keyId.length !== 8) return undefined;
  const length = fingerprint && fingerprintLengths.get(fingerprint[0] ?? 0);
  if (fingerprint !== undefined && fingerprint.length - 1 !== length) return undefined;
  const issuerFingerprint = fingerprint && hex(fingerprint.subarray(1));
  return { issuerFingerprint, issuerKeyId: keyId === undefined ? keyIdOf(issuerFingerprint) : hex(keyId) };
}

/** In bytes, by the version of the key. */
const fingerprintLengths: ReadonlyMap<number, number> = new Map([
  [4, 20],
  [5, 32],
  [6, 32],
]);

function keyIdOf(fingerprint: string | undefined): string | undefined {
  if (fingerprint === undefined) return undefined;
  // From version 5 on a key's ID is the beginning of its fingerprint, before it was the end.
  return fingerprint.length > 40 ? fingerprint.slice(0, 16) : fingerprint.slice(-16);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}
