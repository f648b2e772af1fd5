import { keyNames, type KeyNames } from '../fingerprint.js';
import { bigEndian, type Packet } from '../packets.js';
import { readMpi } from './mpi.js';

/** A primary key or subkey without what is said about it. */
export interface PublicKey extends KeyNames {
  readonly version: number;
  /** Seconds since 1970. */
  readonly created: number;
  readonly algorithm: number;
  /** The packet's body, which is what signatures over a key are over. */
  readonly body: Uint8Array;
  /** The algorithm's numbers. */
  readonly material: Uint8Array;
}

/** Reads a key packet; undefined for versions that have no names here. */
export function readPublicKey(packet: Packet): PublicKey | undefined {
  const names = keyNames(packet);
  if (names === undefined) return undefined;
  const { body } = packet;
  const [version = 0] = body;
  return {
    ...names,
    version,
    created: bigEndian(body, 1, 4),
    algorithm: body[5] ?? 0,
    body,
    material: body.subarray(version === 4 ? 6 : 10),
  };
}

/** The size of an RSA or DSA key; what a curve has doesn't tell how strong it is. */
export function bitsOf({ algorithm, material }: PublicKey): number | undefined {
  if (![1, 2, 3, 17].includes(algorithm)) return undefined;
  const number = readMpi(material, 0)?.value ?? new Uint8Array();
  const first = number.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (number.length - first) * 8 - Math.clz32(number[first] ?? 0) + 24;
}
