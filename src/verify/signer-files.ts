import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBoundedFile, type BoundedFile } from '../core/bounded-file.js';
import { byBytes } from '../core/bytes-order.js';

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
  const names = (await readdir(releaseFolder)).filter((name) => !name.startsWith('.')).sort(byBytes);
  const folders = await Promise.all(names.map((name) => isFolder(join(releaseFolder, name))));
  return names.filter((_, index) => folders[index] === true);
}

/** Reads one signer's assertion `file` and its signature. */
export async function readSignerFiles(
  releaseFolder: string,
  signer: string,
  file: string,
): Promise<SignerFiles> {
  const path = join(releaseFolder, signer, file);
  const assertion = await readBoundedFile(path, limits.assertion);
  const signature = await readBoundedFile(`${path}.sig`, limits.signature);
  return { signer, assertion, signature };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
