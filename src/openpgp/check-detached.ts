import { readDetachedSignature } from './detached-signature.js';
import type { SignatureEngine } from './engine.js';
import { judge, type SignatureVerdict } from './verdict.js';

/** A signature file and the bytes that it is said to be over, both as they were read, once. */
export interface Signed {
  readonly signature: Uint8Array;
  readonly bytes: Uint8Array;
}

/**
 * The verdict on each signature of a `.sig` file, at the time `now` in seconds since 1970; never none. Nothing of the
 * signed bytes is looked into.
 */
export async function checkDetached(
  engine: SignatureEngine,
  signed: Signed,
  now: number,
): Promise<readonly SignatureVerdict[]> {
  const read = readDetachedSignature(signed.signature);
  if (read.kind !== 'signatures') return [read];
  const verdicts: SignatureVerdict[] = [];
  for (const signature of read.signatures) {
    verdicts.push(judge(signature, await engine.check(signature, signed.bytes, now), now));
  }
  return verdicts;
}
