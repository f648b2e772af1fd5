import type { Archive } from '../../zip/archive.js';
import type { TrustedAssertion } from '../trust/check-assertions.js';
import type { Layout } from './layout.js';
import { unpackFile } from './unpack-file.js';

/** Where the evidence comes from and goes to. */
export interface EvidenceRequest {
  readonly archive: Archive;
  readonly layout: Layout;
  readonly into: string | undefined;
  /** What lies there already: a manifest may list evidence, too. */
  readonly unpacked: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/**
 * Unpacks what the package was trusted for: the assertions that counted, their signatures and keys, so that anybody can
 * check the installation later. Returns path → SHA-256 of what was not there yet.
 */
export async function unpackEvidence(
  request: EvidenceRequest,
  trusted: readonly TrustedAssertion[],
): Promise<ReadonlyMap<string, string>> {
  const paths = new Set(
    trusted.flatMap(({ path, signaturePath, signedBy }) => [
      path,
      signaturePath,
      ...signedBy.map(({ file }) => file.path),
    ]),
  );
  const sums = new Map<string, string>();
  for (const path of [...paths].sort()) {
    const file = request.layout.files.get(path);
    if (file !== undefined && !request.unpacked.has(path)) sums.set(path, await unpackFile(request, file));
  }
  return sums;
}
