import { inParallel } from '../../core/parallel.js';
import { readDetachedSignature } from '../../openpgp/detached-signature.js';
import type { SignatureEngine } from '../../openpgp/engine.js';
import { assertionFile } from '../../signing/place.js';
import { checkStoredSigner } from '../check-signer.js';
import { compareSigners } from '../compare-signers.js';
import type { Policy } from '../policy.js';
import { summarize, type ReleaseSummary } from './release-summary.js';
import type { RepositoryEntry } from './repository.js';
import { settle } from '../settle.js';
import { readSignerFiles, type SignerFiles } from '../signer-files.js';
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
  const read = (signer: string): SignerFiles => readSignerFiles(entry.folder, signer, file);
  const files = entry.signers.map(read);
  if (since !== undefined && !files.some((each) => newest(each) >= since)) return undefined;
  const trust = { engine, keysOf: keysIn(signers), now };
  const checked = await inParallel(files, engine.atOnce, (each) =>
    checkStoredSigner(() => read(each.signer), trust, each),
  );
  const subject = { release: entry.release, name: entry.name };
  const report = compareSigners(checked, { subject, compareTo, strict, weightOf: weightIn(signers) });
  return summarize(entry.shown, settle(report, policy), withJson);
}

/** When a signature says that it was made. */
function newest({ signature }: SignerFiles): number {
  if (signature.kind !== 'read') return -Infinity;
  const read = readDetachedSignature(signature.bytes);
  if (read.kind !== 'signatures') return -Infinity;
  return Math.max(...read.signatures.map(({ created }) => created ?? -Infinity));
}
