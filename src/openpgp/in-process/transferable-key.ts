import { unarmor } from '../armor.js';
import { keyNames, type KeyNames } from '../fingerprint.js';
import { splitPackets, tags, type Packet } from '../packets.js';
import { readSignaturePacket, type SignaturePacket } from '../signature-packet.js';

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
  /** Sentences. */
  readonly problems: readonly string[];
}

/** Reads a key file: binary or armored, one key or many, one armored block or many. */
export function readKeyFile(bytes: Uint8Array): KeyFile {
  const data = unarmor(bytes);
  if (data.kind === 'neither') return { keys: [], problems: [data.reason] };
  const parts = data.kind === 'binary' ? [data.bytes] : data.blocks.map((block) => block.bytes);
  const files = parts.map(readKeys);
  const keys = files.flatMap((file) => file.keys);
  const problems = files.flatMap((file) => file.problems);
  return { keys, problems: keys.length + problems.length === 0 ? ['it holds no public key'] : problems };
}

function readKeys(bytes: Uint8Array): KeyFile {
  const { packets, problem } = splitPackets(bytes);
  const problems = problem === undefined ? [] : [problem];
  const keys: TransferableKey[] = [];
  const starts = packets.flatMap(({ tag }, index) => (isPrimary(tag) ? [index] : []));
  if (starts.length === 0 && packets.length > 0) problems.push('it holds no public key');
  for (const [index, start] of starts.entries()) {
    const key = readKey(packets.slice(start, starts[index + 1]));
    if (typeof key === 'string') problems.push(key);
    else keys.push(key);
  }
  return { keys, problems };
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

/** The packets after a primary key: each part with the signatures that follow it; the first has no packet of its own. */
function partsOf(packets: readonly Packet[], { keyId }: KeyNames): readonly SignedPart[] {
  const nothing: Packet = { tag: 0, body: new Uint8Array(), bytes: new Uint8Array() };
  const parts: { packet: Packet; signatures: Packet[] }[] = [{ packet: nothing, signatures: [] }];
  const issuer = Buffer.from(keyId, 'hex');
  for (const packet of packets) {
    if (packet.tag !== tags.signature) {
      if (partTags.has(packet.tag)) parts.push({ packet, signatures: [] });
      // Most are other people's. A key's own name it, by its ID or by a fingerprint that the ID is a part of.
    } else if (asBuffer(packet.body).includes(issuer)) parts.at(-1)?.signatures.push(packet);
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

/** Two copies of one key as one: what either has. */
export function mergeKeys(a: TransferableKey, b: TransferableKey): TransferableKey {
  return {
    ...a,
    direct: distinct([...a.direct, ...b.direct]),
    users: mergeParts([...a.users, ...b.users]),
    subkeys: mergeParts([...a.subkeys, ...b.subkeys]),
  };
}

function mergeParts<T extends SignedPart>(parts: readonly T[]): readonly T[] {
  const merged = new Map<string, T>();
  for (const part of parts) {
    const bytes = text(part.packet.body);
    const known = merged.get(bytes);
    const signatures = distinct([...(known?.signatures ?? []), ...part.signatures]);
    merged.set(bytes, { ...part, signatures });
  }
  return [...merged.values()];
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
