import { unarmor } from './armor.js';
import { splitPackets, tags, type Packet } from './packets.js';
import { readSignaturePacket, signatureTypes, type SignaturePacket } from './signature-packet.js';

/** What a `.sig` file holds. */
export type DetachedSignature =
  | { readonly kind: 'signatures'; readonly signatures: readonly SignaturePacket[] }
  /** OpenPGP data, but something else than a signature over a file that lies beside it. */
  | { readonly kind: 'not-detached'; readonly what: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** How many signatures of one file are looked at: more are refused, since each costs a check. */
const most = 16;

/** Reads a `.sig` file: binary or armored, one signature or several. */
export function readDetachedSignature(bytes: Uint8Array): DetachedSignature {
  const data = unarmor(bytes);
  if (data.kind === 'neither') return { kind: 'unreadable', reason: data.reason };
  if (data.kind === 'binary') return fromPackets(data.bytes);
  const signed = data.blocks.find(({ label }) => label === 'SIGNED MESSAGE');
  if (signed !== undefined) return { kind: 'not-detached', what: 'a message signed as clear text' };
  return fromPackets(Buffer.concat(data.blocks.map((block) => block.bytes)));
}

function fromPackets(bytes: Uint8Array): DetachedSignature {
  const { packets, problem } = splitPackets(bytes);
  const foreign = packets.find(
    ({ tag }) => tag !== tags.signature && tag !== tags.marker && tag !== tags.padding,
  );
  if (foreign !== undefined) return { kind: 'not-detached', what: kindOf(foreign) };
  if (problem !== undefined) return { kind: 'unreadable', reason: problem };
  const signatures: SignaturePacket[] = [];
  for (const packet of packets.filter(({ tag }) => tag === tags.signature)) {
    const signature = readSignaturePacket(packet);
    if (typeof signature === 'string') return { kind: 'unreadable', reason: signature };
    if (signature.type !== signatureTypes.binary && signature.type !== signatureTypes.text) {
      return {
        kind: 'not-detached',
        what: `a signature of class 0x${hexByte(signature.type)}, not over a file`,
      };
    }
    signatures.push(signature);
  }
  if (signatures.length === 0) return { kind: 'unreadable', reason: 'it holds no signature' };
  if (signatures.length > most)
    return { kind: 'unreadable', reason: `it holds more than ${String(most)} signatures` };
  return { kind: 'signatures', signatures };
}

function kindOf(packet: Packet): string {
  switch (packet.tag) {
    case tags.compressed:
      return 'a compressed message';
    case tags.onePassSignature:
    case tags.literal:
      return 'a message with the signed bytes inside';
    case tags.publicKey:
      return 'a public key';
    case tags.secretKey:
      return 'a secret key';
    case 1:
    case 3:
    case 18:
    case tags.encrypted:
      return 'an encrypted message';
    default:
      return `a packet of type ${String(packet.tag)}`;
  }
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
