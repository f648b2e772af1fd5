import type { SignaturePacket as LibrarySignature } from 'openpgp';
import type { SignaturePacket } from '../signature-packet.js';
import type { OpenPgp } from './library.js';

/** A signature as openpgp.js knows it, of version 3 too. Throws what openpgp.js throws for what it can't read. */
export function librarySignature(library: OpenPgp, signature: SignaturePacket): LibrarySignature {
  const packet = signature.version === 3 ? version3(library, signature) : new library.SignaturePacket();
  packet.read(signature.version === 3 ? asVersion4(signature) : signature.body);
  return packet;
}

/**
 * openpgp.js reads no signatures of version 3. They differ from version 4 in the form of the packet and in what is
 * hashed (RFC 4880, section 5.2.4): after the data only the class and the time, and before a user ID no length. So the
 * packet is given the form of version 4, from which nothing is hashed, and the hashing of version 3.
 */
function version3(library: OpenPgp, { type, created = 0 }: SignaturePacket): LibrarySignature {
  const trailer = Buffer.alloc(5);
  trailer.writeUInt8(type);
  trailer.writeUInt32BE(created, 1);
  class Version3Signature extends library.SignaturePacket {
    toHash(signatureType: number, data: Certified): Uint8Array {
      const user = data.userID ?? data.userAttribute;
      const toSign = (of: number): Uint8Array => (this as unknown as Hashing).toSign(of, data);
      const bytes =
        user === undefined ? [toSign(signatureType)] : [toSign(library.enums.signature.key), user.write()];
      return Buffer.concat([...bytes, trailer]);
    }
  }
  return new Version3Signature();
}

/** What openpgp.js's type declarations leave out; a test with real version 3 signatures guards it. */
interface Hashing {
  toSign(type: number, data: object): Uint8Array;
}

/** What a signature over a user ID is given as data. */
interface Certified {
  readonly userID?: { write(): Uint8Array };
  readonly userAttribute?: { write(): Uint8Array };
}

/** The body of a version 3 signature with the fields in version 4's order. */
function asVersion4({ body, type, publicKeyAlgorithm, hashAlgorithm }: SignaturePacket): Uint8Array {
  const created = body.subarray(3, 7);
  const keyId = body.subarray(7, 15);
  return Buffer.concat([
    Uint8Array.of(4, type, publicKeyAlgorithm, hashAlgorithm),
    Uint8Array.of(0, 6, 5, 2),
    created,
    Uint8Array.of(0, 10, 9, 16),
    keyId,
    body.subarray(17),
  ]);
}
