import type { CountedSigner } from '../outcome.js';
import type { TrustedAssertion } from './check-assertions.js';
import type { TrustedKey } from './trusted-keys.js';

/** Whose weights count, and what they come to. */
export interface Weighed {
  readonly signers: readonly CountedSigner[];
  readonly weight: number;
  /** Sentences. */
  readonly remarks: readonly string[];
}

/**
 * Counts every key once, however many assertions it signed and under however many names it is configured; of several
 * weights for one key the least.
 */
export function weigh(trusted: readonly TrustedAssertion[]): Weighed {
  const byKey = new Map<string, TrustedKey>();
  const remarks = new Set<string>();
  for (const key of trusted.flatMap(({ signedBy }) => signedBy)) {
    const { fingerprint } = key.key;
    const known = byKey.get(fingerprint);
    if (known !== undefined && known.signer !== key.signer) {
      const names = [known.signer.name, key.signer.name].sort();
      remarks.add(`${names.join(' and ')} have one key, ${fingerprint}, which counts once`);
    }
    if (known === undefined || key.signer.weight < known.signer.weight) byKey.set(fingerprint, key);
  }
  const signers = [...byKey.values()]
    .map(({ signer: { name, fingerprint, weight } }) => ({ name, fingerprint, weight }))
    .sort((a, b) => b.weight - a.weight || (a.fingerprint < b.fingerprint ? -1 : 1));
  return { signers, weight: signers.reduce((sum, { weight }) => sum + weight, 0), remarks: [...remarks] };
}
