import { bigEndian, tags } from '../packets.js';
import { readSignaturePacket, type SignaturePacket } from '../signature-packet.js';
import { signatureParts, subpacketTypes, type Subpacket } from '../signature-parts.js';

/** What a key says of itself in a signature of its own. */
export interface SelfSignature {
  readonly signature: SignaturePacket;
  /** How long the key lasts from its creation, in seconds; undefined where nothing is said, or that it has no end. */
  readonly keyLifetime: number | undefined;
  /** The first byte of what the key may be used for. */
  readonly keyFlags: number | undefined;
  readonly isPrimaryUser: boolean;
  /** What a subkey has signed in its turn. */
  readonly embedded: SignaturePacket | undefined;
}

/** Reads a self-signature; only the embedded signature may lie in the part that isn't signed, since it stands for itself. */
export function readSelfSignature(signature: SignaturePacket): SelfSignature {
  const { version, body } = signature;
  const parts = version === 3 ? undefined : signatureParts({ version, body });
  const { hashed = [], unhashed = [] } = parts ?? {};
  const lifetime = last(hashed, subpacketTypes.keyLifetime);
  const flags = last(hashed, subpacketTypes.keyFlags);
  const primary = last(hashed, subpacketTypes.primaryUserId);
  return {
    signature,
    keyLifetime: lifetime === undefined ? undefined : positive(bigEndian(lifetime, 0, lifetime.length)),
    keyFlags: flags && (flags[0] ?? 0),
    isPrimaryUser: primary !== undefined && primary[0] !== 0,
    embedded: readEmbedded(last([...hashed, ...unhashed], subpacketTypes.embeddedSignature)),
  };
}

/** Zero stands for no end. */
function positive(seconds: number): number | undefined {
  return seconds > 0 ? seconds : undefined;
}

function last(subpackets: readonly Subpacket[], wanted: number): Uint8Array | undefined {
  return subpackets.filter(({ type }) => type === wanted).at(-1)?.body;
}

function readEmbedded(body: Uint8Array | undefined): SignaturePacket | undefined {
  if (body === undefined) return undefined;
  const signature = readSignaturePacket({ tag: tags.signature, body, bytes: body });
  return typeof signature === 'string' ? undefined : signature;
}
