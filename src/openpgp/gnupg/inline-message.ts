import { signatureTypes, type SignaturePacket } from '../signature-packet.js';

/**
 * Whether a signature over a file can be given to GnuPG inside a message: what is signed as text is written anew in a
 * message, and not in a file.
 */
export function fitsInline({ type }: SignaturePacket): boolean {
  return type === signatureTypes.binary;
}

/**
 * A signature and the bytes that it is over as one message (RFC 4880, section 11.3), in pieces: the signature, then a
 * literal packet.
 */
export function inlineMessage(signature: SignaturePacket, signed: Uint8Array): readonly Uint8Array[] {
  return [signature.bytes, literalHeader(signed.length), signed];
}

/** The head of a packet with binary data that has no name and no date. */
function literalHeader(length: number): Uint8Array {
  const header = Buffer.alloc(12);
  header.writeUInt8(0xc0 | 11);
  header.writeUInt8(255, 1);
  header.writeUInt32BE(length + 6, 2);
  header.write('b', 6);
  return header;
}
