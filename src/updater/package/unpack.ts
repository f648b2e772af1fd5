import type { Progress } from '../../core/steps.js';
import type { Archive } from '../../zip/archive.js';
import { shownBytes } from '../../core/words/shown-bytes.js';
import type { Layout } from './layout.js';
import { unpackFile } from './unpack-file.js';

/** What is unpacked, and what it has to be. */
export interface UnpackRequest {
  readonly archive: Archive;
  readonly layout: Layout;
  /** Path → SHA-256, as the signers agree. */
  readonly outputs: ReadonlyMap<string, string>;
  readonly optionals: readonly string[];
  /** The folder to unpack into; undefined only checks. */
  readonly into: string | undefined;
  readonly signal: AbortSignal;
}

/** The files that are what the signers agree on, and what is wrong; one problem is enough to refuse the package. */
export interface Unpacked {
  /** Path → SHA-256. */
  readonly files: ReadonlyMap<string, string>;
  /** Optional files that the package doesn't have. */
  readonly missing: readonly string[];
  readonly problems: readonly string[];
}

/** Unpacks the files that the manifest lists, and nothing else, and holds each against it. */
export async function unpack(request: UnpackRequest, progress: Progress): Promise<Unpacked> {
  const files = new Map<string, string>();
  const missing: string[] = [];
  const problems: string[] = [];
  for (const [path, expected] of request.outputs) {
    const file = request.layout.files.get(path);
    if (file === undefined) {
      if (request.optionals.includes(path)) missing.push(path);
      else problems.push(`the file ${JSON.stringify(path)} is missing`);
      continue;
    }
    progress(`${path} (${shownBytes(file.member.size)})`);
    const found = await unpackFile(request, file);
    if (found === expected) files.set(path, found);
    else problems.push(`the file ${JSON.stringify(path)} is not the one that was signed`);
  }
  return { files, missing, problems };
}
