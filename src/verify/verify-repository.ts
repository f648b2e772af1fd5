import { inParallel } from '../core/parallel.js';
import { assertionFile } from '../signing/place.js';
import { readDetachedSignature } from '../openpgp/detached-signature.js';
import { atOnce } from './check-release.js';
import { checkSigner, type Trust } from './check-signer.js';
import { compareSigners } from './compare-signers.js';
import type { Policy } from './policy.js';
import type { RepositoryEntry } from './repository.js';
import { settle, type Settled } from './settle.js';
import { readSignerFiles, type SignerFiles } from './signer-files.js';

/** How every entry of a repository is verified. */
export interface RepositoryOptions {
  readonly compareTo: string | undefined;
  readonly strict: boolean;
  readonly policy: Policy;
  readonly weightOf: (signer: string) => number;
  /** Entries without a signature since then are left out; seconds since 1970. */
  readonly since: number | undefined;
}

/** Verifies one entry; undefined where nobody has signed it since. Holds no more than this entry's files in memory. */
export async function verifyEntry(
  entry: RepositoryEntry,
  options: RepositoryOptions,
  trust: Trust,
): Promise<Settled | undefined> {
  const file = assertionFile(entry.name);
  const files = await inParallel(entry.signers, atOnce, (signer) => readSignerFiles(entry.folder, signer, file));
  const { since } = options;
  if (since !== undefined && !files.some((each) => newest(each) >= since)) return undefined;
  const checked = await inParallel(files, atOnce, (each) => checkSigner(each, trust));
  const subject = { release: entry.release, name: entry.name };
  const { compareTo, strict, policy, weightOf } = options;
  return settle(compareSigners(checked, { subject, compareTo, strict }), policy, weightOf);
}

/** When a signature says that it was made. */
function newest({ signature }: SignerFiles): number {
  if (signature.kind !== 'read') return -Infinity;
  const read = readDetachedSignature(signature.bytes);
  if (read.kind !== 'signatures') return -Infinity;
  return Math.max(...read.signatures.map(({ created }) => created ?? -Infinity));
}
