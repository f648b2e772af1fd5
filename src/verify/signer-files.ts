import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBoundedFileNow, type BoundedFile } from '../core/files/bounded-file.js';
import { byBytes } from '../core/words/bytes-order.js';

/** One signer's folder in a release, and what it holds of one package; each file is read once. */
export interface SignerFiles {
  readonly signer: string;
  readonly assertion: BoundedFile;
  readonly signature: BoundedFile;
}

/** Real assertions have at most some hundred kilobytes, and signatures some thousand bytes. */
const limits = { assertion: 16 << 20, signature: 1 << 18 } as const;

/** The signers of a release: its folders, sorted by bytes, but not hidden ones. */
export async function signersOf(releaseFolder: string): Promise<readonly string[]> {
  const entries = await readdir(releaseFolder, { withFileTypes: true });
  const signers: string[] = [];
  for (const entry of entries) {
    if (!entry.name.startsWith('.') && (await isFolder(entry, releaseFolder))) signers.push(entry.name);
  }
  return signers.sort(byBytes);
}

/** Reads one signer's assertion `file` and its signature. */
export function readSignerFiles(releaseFolder: string, signer: string, file: string): SignerFiles {
  const path = join(releaseFolder, signer, file);
  const assertion = readBoundedFileNow(path, limits.assertion);
  const signature = readBoundedFileNow(`${path}.sig`, limits.signature);
  return { signer, assertion, signature };
}

async function isFolder(entry: Dirent, parent: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(join(parent, entry.name)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
