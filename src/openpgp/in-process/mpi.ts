import { bigEndian } from '../packets.js';

/** A number, big-endian, and where what follows on it begins. */
export interface Mpi {
  readonly value: Uint8Array;
  readonly end: number;
}

/** Reads the number at `at` (RFC 9580, section 3.2); undefined where it isn't whole. */
export function readMpi(bytes: Uint8Array, at: number): Mpi | undefined {
  const start = at + 2;
  const end = start + ((bigEndian(bytes, at, 2) + 7) >> 3);
  return end > bytes.length ? undefined : { value: bytes.subarray(start, end), end };
}

/**
 * Exactly `count` numbers, with nothing after them, each written in the one way in which it is to be written; else
 * undefined. What is written otherwise, some programs would hash otherwise.
 */
export function strictMpis(bytes: Uint8Array, count: number): readonly Uint8Array[] | undefined {
  const found: Uint8Array[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    const mpi = readMpi(bytes, at);
    if (mpi === undefined || bigEndian(bytes, at, 2) !== bitLength(mpi.value)) return undefined;
    found.push(mpi.value);
    at = mpi.end;
  }
  return at === bytes.length ? found : undefined;
}

/** The length of a number that begins with its highest byte. */
function bitLength(value: Uint8Array): number {
  return value.length === 0 ? 0 : value.length * 8 - Math.clz32(value[0] ?? 0) + 24;
}
