import { createHash } from 'node:crypto';
import type { Packet } from './packets.js';

/** A key's names, in upper-case hexadecimal. */
export interface KeyNames {
  readonly fingerprint: string;
  /** 16 digits: a part of the fingerprint. */
  readonly keyId: string;
}

/** The names of a key packet (RFC 9580, section 5.5.4); undefined for versions 2 and 3, which nobody should trust. */
export function keyNames(packet: Packet): KeyNames | undefined {
  const { body } = packet;
  switch (body[0]) {
    case 4: {
      const fingerprint = digest('sha1', [0x99, body.length >> 8, body.length & 0xff], body);
      return { fingerprint, keyId: fingerprint.slice(-16) };
    }
    case 6: {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(body.length);
      const fingerprint = digest('sha256', [0x9b, ...length], body);
      return { fingerprint, keyId: fingerprint.slice(0, 16) };
    }
    default:
      return undefined;
  }
}

function digest(algorithm: string, prefix: readonly number[], body: Uint8Array): string {
  return createHash(algorithm).update(Uint8Array.from(prefix)).update(body).digest('hex').toUpperCase();
}
