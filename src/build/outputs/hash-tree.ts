import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { byBytes } from '../../core/words/bytes-order.js';
import { failure } from '../../core/errors/gitian-error.js';
import { sha256Files } from '../../core/files/hash-files.js';
import { followLink, treeEntries, type TreeEntry } from './tree.js';

/** A file of a tree. */
export interface HashedFile {
  /** Below the tree, with `/`. */
  readonly path: string;
  readonly sha256: string;
}

/**
 * Hashes every file below a directory, hidden ones included, sorted by bytes of the path.
 *
 * As in the original, a link to a file counts as a file with its target's content, and a link to a directory doesn't
 * count. Throws `files-unlistable` with every file that no manifest can hold, before anything is hashed.
 */
export async function hashTree(directory: string, signal?: AbortSignal): Promise<readonly HashedFile[]> {
  const paths = await listablePaths(directory, signal);
  const sums = await sha256Files(
    paths.map((path) => join(directory, path)),
    signal,
  );
  return paths.map((path, index) => ({ path, sha256: sums[index] ?? '' }));
}

/** The manifest of a tree: lines `<sha256>  <path>`. */
export function manifestText(files: readonly HashedFile[]): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}

/** The paths of the files that count, sorted by bytes; throws as {@link hashTree} does. */
export async function listablePaths(directory: string, signal?: AbortSignal): Promise<string[]> {
  const root = await realpath(directory);
  const paths: string[] = [];
  const unlistable: { path: string; reason: string }[] = [];
  for (const entry of await treeEntries(root, signal)) {
    signal?.throwIfAborted();
    const standing = await standingOf(root, entry);
    if (standing === 'counts') paths.push(entry.path);
    else if (standing !== 'passed over')
      unlistable.push({ path: JSON.stringify(entry.path), reason: standing.problem });
  }
  if (unlistable.length > 0) {
    unlistable.sort((a, b) => byBytes(a.path, b.path));
    throw failure('files-unlistable', { directory, files: unlistable });
  }
  return paths.sort(byBytes);
}

type Standing = 'counts' | 'passed over' | { readonly problem: string };

async function standingOf(root: string, { path, kind, nameProblem }: TreeEntry): Promise<Standing> {
  if (kind === 'special') return { problem: 'is a special file' };
  const leadsTo = kind === 'link' ? await followLink(root, path) : 'file';
  if (leadsTo === 'directory') return 'passed over';
  if (nameProblem !== undefined) return { problem: nameProblem };
  return leadsTo === 'file' ? 'counts' : leadsTo;
}
