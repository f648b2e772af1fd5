import type { WeightOf } from './agreement.js';
import type { KeysOfSigner } from './signer-verdict.js';

/** One signer's keys, and how much each weighs. */
export interface SignerEntry {
  /** Fingerprints of primary keys, in upper-case hexadecimal. */
  readonly keys: readonly string[];
  /** 1 where nothing else is said. */
  readonly weight: number;
}

/** Signers by name. */
export type SignerList = ReadonlyMap<string, SignerEntry>;

/** How much a signer's key weighs; without a list as much as any other's. */
export function weightIn(signers: SignerList | undefined): WeightOf {
  return (signer) => signers?.get(signer)?.weight ?? 1;
}

/** Which keys are a signer's; without a list nothing is said about that. */
export function keysIn(signers: SignerList | undefined): KeysOfSigner {
  return signers === undefined ? undefined : (signer) => signers.get(signer)?.keys ?? [];
}
