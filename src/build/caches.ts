import { join } from 'node:path';
import { failure } from '../core/errors/gitian-error.js';
import { makeFolder } from '../core/make-folder.js';
import type { Workspace } from '../core/workspace.js';
import { hashTree, listablePaths, manifestText } from './outputs/hash-tree.js';
import { moveTree } from '../core/move-tree.js';
import { staysInTree, treeEntries } from './outputs/tree.js';

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

/** Makes the folders of the caches, so that there is something to copy into the target. */
export async function prepareCaches(workspace: Workspace, name: string): Promise<void> {
  for (const cache of cacheNames(name)) await makeFolder(join(workspace.caches, cache));
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
    if (kind === 'link' && !(await staysInTree(directory, path))) {
      throw failure('guest-file-refused', { path, reason: 'it is a link that may lead out of the cache' });
    }
  }
  await listablePaths(directory);
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
