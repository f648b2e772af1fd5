import type { SpeakingContext } from '../command.js';
import type { GverifyOptions } from './gverify-options.js';

/** Something to verify, and which keys it lacked, each once. */
export interface Verifiable<T> {
  readonly verify: () => Promise<T>;
  readonly unknownKeys: (verified: T) => readonly string[];
}

/** Verifies it; with `--fetch-keys`, where keys are not at hand, once more when GnuPG has been asked for them. */
export async function verifyFetching<T>(
  { verify, unknownKeys }: Verifiable<T>,
  options: GverifyOptions,
  context: SpeakingContext,
): Promise<T> {
  const verified = await verify();
  const unknown = unknownKeys(verified);
  if (options.fetchKeys !== true || unknown.length === 0) return verified;
  const { fetchKeys } = await import('./fetch-keys.js');
  await fetchKeys(unknown, options, context);
  return verify();
}
