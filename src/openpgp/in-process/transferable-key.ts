import { unarmor } from '../armor.js';
import { keyNames, type KeyNames } from '../fingerprint.js';
import { splitPackets, tags, type Packet } from '../packets.js';
import {
  readSignaturePacket,
  signatureType,
  signatureTypes,
  type SignaturePacket,
} from '../signature-packet.js';

/**
 * A public key as files hold it: packets, of which nothing has been checked. Signatures that can't be the key's own are
 * left out.
 */
export interface TransferableKey extends KeyNames {
  readonly primary: Packet;
  /** Over the primary key itself: revocations, and self-signatures without a user ID. */
  readonly direct: readonly Packet[];
  readonly users: readonly SignedPart[];
  readonly subkeys: readonly SignedSubkey[];
}

/** A user ID or user attribute, with the key's own signatures over it. */
export interface SignedPart {
  readonly packet: Packet;
  readonly signatures: readonly Packet[];
}

/** A subkey, with the primary key's signatures over it. */
export interface SignedSubkey extends SignedPart, KeyNames {}

/** The public keys of a file, and what of it can't be used. */
export interface KeyFile {
  readonly keys: readonly TransferableKey[];
  /** Revocations that lie with no key, as they are made for the day on which a key is lost. */
  readonly revocations: readonly Packet[];
  /** Sentences, each once. */
  readonly problems: readonly string[];
}

/** Reads a key file: binary or armored, one key or many, one armored block or many. */
export function readKeyFile(bytes: Uint8Array): KeyFile {
  const data = unarmor(bytes);
  if (data.kind === 'neither') return { keys: [], revocations: [], problems: [data.reason] };
  const parts = data.kind === 'binary' ? [data.bytes] : data.blocks.map((block) => block.bytes);
  const files = parts.map(readKeys);
  const keys = files.flatMap((file) => file.keys);
  const revocations = files.flatMap((file) => file.revocations);
  const problems = new Set(files.flatMap((file) => file.problems));
  if (keys.length + revocations.length + problems.size === 0) problems.add(holdsNone);
  return { keys, revocations, problems: [...problems] };
}

const holdsNone = 'it holds no public key';

function readKeys(bytes: Uint8Array): KeyFile {
  const { packets, problem } = splitPackets(bytes);
  const problems = problem === undefined ? [] : [problem];
  const keys: TransferableKey[] = [];
  const starts = packets.flatMap(({ tag }, index) => (isPrimary(tag) ? [index] : []));
  const revocations = packets.slice(0, starts[0]).filter(isKeyRevocation);
  if (starts.length === 0 && packets.length > revocations.length) problems.push(holdsNone);
  for (const [index, start] of starts.entries()) {
    const key = readKey(packets.slice(start, starts[index + 1]));
    if (typeof key === 'string') problems.push(key);
    else keys.push(key);
  }
  return { keys, revocations, problems };
}

/** A key with those of the revocations that may be its own. */
export function withRevocations(key: TransferableKey, revocations: readonly Packet[]): TransferableKey {
  const issuer = Buffer.from(key.keyId, 'hex');
  const own = revocations.filter((revocation) => names(revocation, issuer));
  return own.length === 0 ? key : { ...key, direct: distinct([...key.direct, ...own]) };
}

function isKeyRevocation(packet: Packet): boolean {
  return packet.tag === tags.signature && signatureType(packet) === signatureTypes.keyRevocation;
}

/** Whether a key's ID is in a signature, or a fingerprint that the ID is a part of. Most are other people's. */
function names({ body }: Packet, issuer: Buffer): boolean {
  return asBuffer(body).includes(issuer);
}

function isPrimary(tag: number): boolean {
  return tag === tags.publicKey || tag === tags.secretKey;
}

function readKey([primary, ...rest]: readonly Packet[]): TransferableKey | string {
  if (primary?.tag !== tags.publicKey) return 'it holds a secret key, which belongs elsewhere';
  const names = keyNames(primary);
  if (names === undefined)
    return `it holds a key of version ${String(primary.body[0])}, which is not supported`;
  const parts = partsOf(rest, names);
  return {
    ...names,
    primary,
    direct: parts[0]?.signatures ?? [],
    users: parts.slice(1).filter(({ packet }) => packet.tag !== tags.publicSubkey),
    subkeys: parts.slice(1).flatMap((part) => {
      const own = part.packet.tag === tags.publicSubkey ? keyNames(part.packet) : undefined;
      return own === undefined ? [] : [{ ...part, ...own }];
    }),
  };
}

/**
 * The packets after a primary key: each part with the signatures that follow it; the first has no packet of its own.
 * A revocation of the whole key is the first part's wherever it stands: GnuPG appends it, and believes it.
 */
function partsOf(packets: readonly Packet[], { keyId }: KeyNames): readonly SignedPart[] {
  const issuer = Buffer.from(keyId, 'hex');
  const nothing: Packet = { tag: 0, body: new Uint8Array(), bytes: new Uint8Array() };
  const first = { packet: nothing, signatures: [] as Packet[] };
  const parts = [first];
  for (const packet of packets) {
    if (packet.tag !== tags.signature) {
      if (partTags.has(packet.tag)) parts.push({ packet, signatures: [] });
    } else if (names(packet, issuer)) {
      const part = isKeyRevocation(packet) ? first : parts.at(-1);
      part?.signatures.push(packet);
    }
  }
  return parts;
}

const partTags: ReadonlySet<number> = new Set([tags.userId, tags.userAttribute, tags.publicSubkey]);

/** The signatures among `packets` that say that the key of these names has made them. */
export function ownSignatures(
  packets: readonly Packet[],
  { fingerprint, keyId }: KeyNames,
): readonly SignaturePacket[] {
  return packets
    .map(readSignaturePacket)
    .filter((signature) => typeof signature !== 'string')
    .filter(
      ({ issuerFingerprint, issuerKeyId }) => issuerFingerprint === fingerprint || issuerKeyId === keyId,
    );
}

/** Copies of one key as one: what any has. */
export function mergeKeys(copies: readonly [TransferableKey, ...TransferableKey[]]): TransferableKey {
  return {
    ...copies[0],
    direct: distinct(copies.flatMap(({ direct }) => direct)),
    users: mergeParts(copies.flatMap(({ users }) => users)),
    subkeys: mergeParts(copies.flatMap(({ subkeys }) => subkeys)),
  };
}

function mergeParts<T extends SignedPart>(parts: readonly T[]): readonly T[] {
  const copies = new Map<string, { readonly part: T; readonly signatures: Packet[] }>();
  for (const part of parts) {
    const bytes = text(part.packet.body);
    const known = copies.get(bytes) ?? { part, signatures: [] };
    for (const signature of part.signatures) known.signatures.push(signature);
    copies.set(bytes, known);
  }
  return [...copies.values()].map(({ part, signatures }) => ({ ...part, signatures: distinct(signatures) }));
}

function distinct(signatures: readonly Packet[]): readonly Packet[] {
  return [...new Map(signatures.map((signature) => [text(signature.body), signature])).values()];
}

function text(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1');
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
