import type * as Library from 'openpgp';
import type { Config, LiteralDataPacket, PublicKeyPacket } from 'openpgp';
import { tags } from '../packets.js';
import type { Claim, SignedThing } from './claim.js';
import { librarySignature } from './library-signature.js';
import type { PublicKey } from './public-key.js';

/** openpgp.js, loaded when it is needed: it is the heaviest thing here. */
export type OpenPgp = typeof Library;

/** Loads openpgp.js. */
export function loadOpenPgp(): Promise<OpenPgp> {
  return import('openpgp');
}

/** Judges claims with openpgp.js. */
export class LibraryJudge {
  readonly #library: OpenPgp;

  constructor(library: OpenPgp) {
    this.#library = library;
  }

  /** Throws what openpgp.js throws for a claim that doesn't hold, or that it can't judge. */
  async confirm({ signature, key, over }: Claim): Promise<void> {
    const packet = librarySignature(this.#library, signature);
    const keyPacket = await this.#key(key);
    // Which key is asked was decided by its whole fingerprint where the signature has one; a key ID beside it may be wrong.
    packet.issuerKeyID = keyPacket.getKeyID();
    const { binary } = this.#library.enums.signature;
    await packet.verify(
      keyPacket,
      packet.signatureType ?? binary,
      await this.#thing(over),
      // Checked at its own time: whether it is too old is decided elsewhere.
      packet.created ?? new Date(0),
      true,
      over.kind === 'file' ? lenientConfig(this.#library) : this.#library.config,
    );
  }

  async #key({ body }: PublicKey): Promise<PublicKeyPacket> {
    const packet = new this.#library.PublicKeyPacket();
    await packet.read(body);
    return packet;
  }

  async #thing(over: SignedThing): Promise<object> {
    switch (over.kind) {
      case 'file':
        return this.#literal(over.bytes);
      case 'key':
        return { key: await this.#key(over.key) };
      case 'subkey':
        return { key: await this.#key(over.key), bind: await this.#key(over.subkey) };
      case 'user': {
        const { tag, body } = over.user;
        const key = await this.#key(over.key);
        const isUserId = tag === tags.userId;
        const packet = isUserId ? new this.#library.UserIDPacket() : new this.#library.UserAttributePacket();
        packet.read(body);
        return isUserId ? { userID: packet, key } : { userAttribute: packet, key };
      }
    }
  }

  async #literal(signed: Uint8Array): Promise<LiteralDataPacket> {
    const message = await this.#library.createMessage({ binary: signed });
    const [literal] = message.packets;
    return literal as LiteralDataPacket;
  }
}

/** openpgp.js's settings for what is judged elsewhere: weak digests are remarks of ours, not its refusals. */
function lenientConfig(library: OpenPgp): Config {
  return {
    ...library.config,
    rejectHashAlgorithms: new Set(),
    rejectMessageHashAlgorithms: new Set(),
  };
}
