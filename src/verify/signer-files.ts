import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  readBoundedFileNow,
  readSmallFileNow,
  type BoundedFile,
  type FoundFile,
} from '../core/files/bounded-file.js';
import { byBytes } from '../core/words/bytes-order.js';
import { readDetachedSignature, type DetachedSignature } from '../openpgp/detached-signature.js';

/** Where one signer's files of one package lie. */
export interface SignerPlace {
  /** `<destination>/<release>`. */
  readonly folder: string;
  readonly signer: string;
  /** The name of the assertion. */
  readonly file: string;
}

/** One signer's folder in a release, and what it holds of one package; each file is read once. */
export interface SignerFiles {
  readonly signer: string;
  readonly signature: SignatureFile;
  /** Not read where its signature is none, or where it is larger than was asked for. */
  readonly assertion: BoundedFile | FoundFile;
}

/** A signature's file, and what it holds. */
export type SignatureFile =
  | { readonly kind: 'read'; readonly holds: DetachedSignature }
  | Exclude<BoundedFile, { readonly kind: 'read' }>;

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

/** Reads one signer's signature, and the assertion if it can be a signature over one and that has at most `most` bytes. */
export function readSignerFiles(place: SignerPlace, most: number = limits.assertion): SignerFiles {
  const signature = readSignature(place);
  const small = isSignature(signature) ? most : 0;
  const assertion = readSmallFileNow(assertionPath(place), limits.assertion, small);
  return { signer: place.signer, signature, assertion };
}

/** Whether a file holds what may be a signature over a file. */
export function isSignature(file: SignatureFile): boolean {
  return file.kind === 'read' && file.holds.kind === 'signatures';
}

/** Reads one signer's signature alone. */
export function readSignature(place: SignerPlace): SignatureFile {
  const file = readBoundedFileNow(`${assertionPath(place)}.sig`, limits.signature);
  return file.kind === 'read' ? { kind: 'read', holds: readDetachedSignature(file.bytes) } : file;
}

function assertionPath({ folder, signer, file }: SignerPlace): string {
  return join(folder, signer, file);
}

async function isFolder(entry: Dirent, parent: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(join(parent, entry.name)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
