import { readDetachedSignature, type DetachedSignature } from './detached-signature.js';
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
export function checkDetached(
  engine: SignatureEngine,
  { signature, bytes }: Signed,
  now: number,
): Promise<readonly SignatureVerdict[]> {
  return checkRead(engine, { signature: readDetachedSignature(signature), bytes }, now);
}

/** The same where the signature file has been read already. */
export async function checkRead(
  engine: SignatureEngine,
  { signature: read, bytes }: { readonly signature: DetachedSignature; readonly bytes: Uint8Array },
  now: number,
): Promise<readonly SignatureVerdict[]> {
  if (read.kind !== 'signatures') return [read];
  const verdicts: SignatureVerdict[] = [];
  for (const signature of read.signatures) {
    verdicts.push(judge(signature, await engine.check(signature, bytes, now), now));
  }
  return verdicts;
}
