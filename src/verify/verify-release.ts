import { failure } from '../core/errors/gitian-error.js';
import { checkRelease, type ReleasePlace } from './check-release.js';
import type { Trust } from './check-signer.js';
import type { CompareOptions, ReleaseReport } from './compare-signers.js';

/**
 * Checks and compares one package's assertions of one release. Throws `release-missing`, and `reference-missing` or
 * `reference-not-good` where the signer to compare with has nothing that could be compared with.
 */
export async function verifyRelease(
  place: ReleasePlace,
  options: CompareOptions,
  trust: Trust,
): Promise<ReleaseReport> {
  // What compares is loaded while GnuPG is at work.
  const [signers, { compareSigners }] = await Promise.all([
    checkRelease(place, trust),
    import('./compare-signers.js'),
  ]);
  const report = compareSigners(signers, options);
  if (options.compareTo !== undefined && report.reference === undefined) {
    throw noReference(options.compareTo, place, report);
  }
  return report;
}

function noReference(signer: string, place: ReleasePlace, report: ReleaseReport): Error {
  const outcome = report.outcomes.find(({ checked }) => checked.signer === signer);
  if (outcome === undefined || outcome.checked.verdict.kind === 'no-assertion') {
    const path = `${place.shown}/${signer}/${place.file}`;
    return failure('reference-missing', { signer, path, signers: withGoodSignature(report) });
  }
  return failure('reference-not-good', { signer, reason: [outcome.word, ...outcome.reasons].join('; ') });
}

function withGoodSignature(report: ReleaseReport): readonly string[] {
  return report.outcomes.flatMap(({ checked }) => (checked.verdict.kind === 'good' ? [checked.signer] : []));
}
