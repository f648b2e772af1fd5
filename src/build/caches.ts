import { readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { copies, removeLeftovers } from '../core/files/leftovers.js';
import { entryPath, linkProblem } from '../target/tar/entry-name.js';
import { failure } from '../core/errors/gitian-error.js';
import { makeFolder } from '../core/files/make-folder.js';
import type { Workspace } from '../core/workspace.js';
import { hashTree, listablePaths, manifestText } from './outputs/hash-tree.js';
import { moveTree } from '../core/files/move-tree.js';
import { treeEntries } from './outputs/tree.js';

/** The manifests of the caches, as the report has them. */
export interface CacheManifests {
  readonly common: string;
  readonly package: string;
}

/** For a descriptor that has no cache. */
export const noCaches: CacheManifests = { common: '', package: '' };

/** The names of a descriptor's caches, below `cache/` on the host and in the target. */
export function cacheNames(name: string): string[] {
  return ['common', name];
}

/**
 * Makes the folders of the caches, so that there is something to copy into the target, and removes what processes that
 * were killed left unfinished in them.
 */
export async function prepareCaches(workspace: Workspace, name: string): Promise<void> {
  for (const cache of cacheNames(name)) {
    const directory = join(workspace.caches, cache);
    await makeFolder(directory);
    await removeCopies(directory);
  }
}

async function removeCopies(directory: string): Promise<void> {
  const paths = (await treeEntries(directory)).map(({ path }) => path);
  const unfinished = paths.filter((path) => basename(path).startsWith(copies.before));
  const folders = new Set(unfinished.map((path) => join(directory, dirname(path))));
  for (const folder of folders) await removeLeftovers(folder, copies);
}

/**
 * Brings what a target had in its caches, staged in `staged`, into the workspace's. As in the original, nothing is
 * deleted: a file goes only where the target has a newer one. Each file is the old or the new one, whole, at any time.
 *
 * Throws `files-unlistable` or `guest-file-refused`, and then nothing was merged: a file that no report can list would
 * spoil every later build, and a link may lead out of the cache once it lies among older files.
 */
export async function mergeCaches(workspace: Workspace, name: string, staged: string): Promise<void> {
  for (const cache of cacheNames(name)) await checkCache(join(staged, cache));
  for (const cache of cacheNames(name)) await moveTree(join(staged, cache), join(workspace.caches, cache));
}

async function checkCache(directory: string): Promise<void> {
  await makeFolder(directory);
  for (const { path, kind } of await treeEntries(directory)) {
    if (kind !== 'link') continue;
    const reason = await problemOfLink(directory, path);
    if (reason !== undefined) throw failure('guest-file-refused', { path, reason });
  }
  await listablePaths(directory);
}

/** It was seen to stay among all that the target sent; it has to stay in its cache, too. */
async function problemOfLink(directory: string, path: string): Promise<string | undefined> {
  const { parts, problem } = entryPath(path);
  return parts === undefined ? problem : linkProblem(parts, await readlink(join(directory, path)));
}

/** Hashes the caches as they are now. */
export async function cacheManifests(
  workspace: Workspace,
  name: string,
  signal: AbortSignal,
): Promise<CacheManifests> {
  const common = await hashTree(join(workspace.caches, 'common'), signal);
  const own = await hashTree(join(workspace.caches, name), signal);
  return { common: manifestText(common), package: manifestText(own) };
}
