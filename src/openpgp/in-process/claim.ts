import { signatureTypes, type SignaturePacket } from '../signature-packet.js';
import type { Packet } from '../packets.js';
import type { PublicKey } from './public-key.js';

/** That `key` has made `signature` over something. */
export interface Claim {
  readonly signature: SignaturePacket;
  readonly key: PublicKey;
  readonly over: SignedThing;
}

/** What a signature is over: a file; a key; a key with a user ID or user attribute; a key with a subkey. */
export type SignedThing = { readonly kind: 'file'; readonly bytes: Uint8Array } | SignedKey;

/** A key that signs something about itself. */
export type SignedKey =
  | { readonly kind: 'key'; readonly key: PublicKey }
  | { readonly kind: 'user'; readonly key: PublicKey; readonly user: Packet }
  | { readonly kind: 'subkey'; readonly key: PublicKey; readonly subkey: PublicKey };

/** Signatures over keys (RFC 9580, section 5.2.1). */
export const keySignatureTypes = {
  certifications: [0x10, 0x11, 0x12, 0x13],
  subkeyBinding: 0x18,
  primaryKeyBinding: 0x19,
  direct: 0x1f,
  keyRevocation: signatureTypes.keyRevocation,
  subkeyRevocation: signatureTypes.subkeyRevocation,
  userRevocation: 0x30,
} as const;
