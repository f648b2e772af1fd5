/** One OpenPGP packet; `bytes` is header and body together. */
export interface Packet {
  readonly tag: number;
  readonly body: Uint8Array;
  readonly bytes: Uint8Array;
}

/** The packet tags that are told apart here (RFC 9580, section 5). */
export const tags = {
  signature: 2,
  onePassSignature: 4,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  compressed: 8,
  encrypted: 9,
  marker: 10,
  literal: 11,
  trust: 12,
  userId: 13,
  publicSubkey: 14,
  userAttribute: 17,
  padding: 21,
} as const;

/** The packets of a byte string, in order; `problem` says why it ends before its end. */
export interface PacketSequence {
  readonly packets: readonly Packet[];
  readonly problem?: string;
}

/** How many packets are read: a keyring of thousands of keys has some hundred thousand, and each takes memory. */
const most = 1_000_000;

/** Splits bytes into packets, of the old and the new format. Bodies are not looked into. */
export function splitPackets(bytes: Uint8Array): PacketSequence {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length;) {
    if (packets.length === most) return { packets, problem: `it has more than ${String(most)} packets` };
    const header = readHeader(bytes, at);
    if (typeof header === 'string') return { packets, problem: header };
    const end = header.start + header.length;
    if (end > bytes.length) return { packets, problem: 'it ends in the middle of a packet' };
    packets.push({
      tag: header.tag,
      body: bytes.subarray(header.start, end),
      bytes: bytes.subarray(at, end),
    });
    at = end;
  }
  return { packets };
}

interface Header {
  readonly tag: number;
  readonly start: number;
  readonly length: number;
}

function readHeader(bytes: Uint8Array, at: number): Header | string {
  const first = bytes[at] ?? 0;
  if ((first & 0x80) === 0) return 'it has bytes that are no packet';
  return (first & 0x40) === 0 ? oldHeader(bytes, at, first) : newHeader(bytes, at, first);
}

function oldHeader(bytes: Uint8Array, at: number, first: number): Header | string {
  const tag = (first >> 2) & 0x0f;
  const width = [1, 2, 4, 0][first & 3] ?? 0;
  // Without a length the packet goes on to the end: messages only.
  if (width === 0) return isData(tag) ? { tag, start: at + 1, length: bytes.length - at - 1 } : endless;
  return { tag, start: at + 1 + width, length: bigEndian(bytes, at + 1, width) };
}

function newHeader(bytes: Uint8Array, at: number, first: number): Header | string {
  const tag = first & 0x3f;
  const octet = bytes[at + 1] ?? 0;
  if (octet < 192) return { tag, start: at + 2, length: octet };
  if (octet < 224) return { tag, start: at + 3, length: ((octet - 192) << 8) + (bytes[at + 2] ?? 0) + 192 };
  if (octet === 255) return { tag, start: at + 6, length: bigEndian(bytes, at + 2, 4) };
  // In parts: messages only, which are told from signatures by their tag; their inside doesn't matter here.
  return isData(tag) ? { tag, start: at + 1, length: bytes.length - at - 1 } : endless;
}

const endless = 'it has a packet without a length';

function isData(tag: number): boolean {
  return tag === tags.compressed || tag === tags.encrypted || tag === tags.literal || tag === 18;
}

/** An unsigned number of `width` bytes; bytes that aren't there count as 0 and make the packet too long. */
export function bigEndian(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let index = 0; index < width; index++) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}
