import { inParallel } from '../../core/parallel.js';
import type { SignatureEngine } from '../../openpgp/engine.js';
import { assertionFile } from '../../signing/place.js';
import { checkSigner } from '../check-signer.js';
import { compareSigners } from '../compare-signers.js';
import type { Policy } from '../policy.js';
import { summarize, type ReleaseSummary } from './release-summary.js';
import type { RepositoryEntry } from './repository.js';
import { settle } from '../settle.js';
import { readSignature, type SignatureFile, type SignerPlace } from '../signer-files.js';
import { keysIn, weightIn, type SignerList } from '../signer-list.js';

/** How every entry of a repository is verified: plain data, so that it can be passed to other threads. */
export interface RepositoryOptions {
  readonly compareTo: string | undefined;
  readonly strict: boolean;
  readonly policy: Policy;
  readonly signers: SignerList | undefined;
  /** Entries without a signature since then are left out; seconds since 1970. */
  readonly since: number | undefined;
  /** Seconds since 1970. */
  readonly now: number;
  readonly withJson: boolean;
}

/**
 * Verifies one entry; undefined where nobody has signed it since. Keeps nothing of the assertions, so that a repository
 * of any size is verified in the memory of its largest release.
 */
export async function summarizeEntry(
  entry: RepositoryEntry,
  options: RepositoryOptions,
  engine: SignatureEngine,
): Promise<ReleaseSummary | undefined> {
  const { compareTo, strict, policy, signers, since, now, withJson } = options;
  const file = assertionFile(entry.name);
  const places = entry.signers.map((signer): SignerPlace => ({ folder: entry.folder, signer, file }));
  if (since !== undefined && !places.some((place) => newest(readSignature(place)) >= since)) return undefined;
  const trust = { engine, keysOf: keysIn(signers), now };
  const checked = await inParallel(places, engine.atOnce, (place) => checkSigner(place, trust));
  const subject = { release: entry.release, name: entry.name };
  const report = compareSigners(checked, { subject, compareTo, strict, weightOf: weightIn(signers) });
  return summarize(entry.shown, settle(report, policy), withJson);
}

/** When a signature says that it was made. */
function newest(file: SignatureFile): number {
  if (file.kind !== 'read' || file.holds.kind !== 'signatures') return -Infinity;
  return Math.max(...file.holds.signatures.map(({ created }) => created ?? -Infinity));
}
