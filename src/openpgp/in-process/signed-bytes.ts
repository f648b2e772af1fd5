import { tags } from '../packets.js';
import { signatureTypes, type SignaturePacket } from '../signature-packet.js';
import type { SignedThing } from './claim.js';
import type { PublicKey } from './public-key.js';

/** What is hashed for a signature of version 3 or 4 (RFC 4880, section 5.2.4), in pieces; `hashedPart` is the signature's own. */
export function signedBytes(
  signature: SignaturePacket,
  over: SignedThing,
  hashedPart: Uint8Array,
): readonly Uint8Array[] {
  const thing = thingBytes(signature, over);
  return signature.version === 3
    ? [...thing, hashedPart]
    : [...thing, hashedPart, trailer(hashedPart.length)];
}

function thingBytes(signature: SignaturePacket, over: SignedThing): readonly Uint8Array[] {
  switch (over.kind) {
    case 'file':
      return [signature.type === signatureTypes.text ? withCrLf(over.bytes) : over.bytes];
    case 'key':
      return keyBytes(over.key);
    case 'user': {
      const { tag, body } = over.user;
      // Version 3 puts nothing in front of a user ID.
      const head = signature.version === 3 ? [] : [prefix(tag === tags.userId ? 0xb4 : 0xd1, body.length)];
      return [...keyBytes(over.key), ...head, body];
    }
    case 'subkey':
      return [...keyBytes(over.key), ...keyBytes(over.subkey)];
  }
}

function keyBytes({ body }: PublicKey): readonly Uint8Array[] {
  return [Uint8Array.of(0x99, body.length >> 8, body.length & 0xff), body];
}

function prefix(octet: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(octet);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

function trailer(length: number): Uint8Array {
  return Buffer.concat([Uint8Array.of(4), prefix(0xff, length)]);
}

/** Text with the line ends that it is signed with. */
function withCrLf(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return Buffer.from(text.replace(/(?<!\r)\n/g, '\r\n'), 'latin1');
}
