import { inputManifest, manifestEntries } from '../assertion/manifest.js';
import type { Report } from '../assertion/report.js';
import { failure } from '../core/errors/gitian-error.js';

/** A result, and the descriptor that it should be of. */
export interface ResultOfDescriptor {
  readonly report: Report;
  /** Paths as the user knows them. */
  readonly resultPath: string;
  readonly descriptorPath: string;
  readonly name: string;
  /** SHA-256 of the descriptor's bytes. */
  readonly sha256: string;
}

/** Throws unless the result has outputs and was built from exactly this descriptor. */
export function checkResult(result: ResultOfDescriptor, allowEmpty: boolean): void {
  const { report, resultPath: path, descriptorPath: descriptor } = result;
  const built = inputManifest(report.inManifest).descriptor;
  const other = (reason: string): Error =>
    failure('result-of-other-descriptor', { path, descriptor, reason });
  if (built === undefined) throw other("it doesn't say which descriptor it was built from");
  const expected = `${result.name}-desc.yml`;
  if (built.path !== expected) throw other(`it was built from "${built.path}", not from "${expected}"`);
  if (built.sha256 !== result.sha256) throw other('the descriptor has changed since, or the result is older');
  if (manifestEntries(report.outManifest).length === 0 && !allowEmpty)
    throw failure('result-empty', { path });
}
