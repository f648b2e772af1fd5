import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeLeftovers } from '../../core/files/leftovers.js';
import { unlessMissing } from '../../core/words/system-words.js';
import { removed, removedFolder } from './tidy.js';

/** What a package cache has altogether: bytes, and when any of them were used last; undefined where it has nothing. */
export async function measureCache(
  root: string,
): Promise<{ readonly bytes: number; readonly used: Date } | undefined> {
  const entries = await readdir(join(root, 'content'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  // One by one: they are few and big.
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => stat(join(parentPath, name)).catch(() => undefined)),
  );
  if (found.length === 0) return undefined;
  return {
    bytes: found.reduce((sum, file) => sum + (file?.size ?? 0), 0),
    used: new Date(Math.max(...found.map((file) => file?.atimeMs ?? 0))),
  };
}

/**
 * Removes all that a package cache has. A build that goes on fetches anew what it doesn't find any more. What is there is
 * moved away as it is, since on a full disk no folder can be made.
 */
export async function emptyCache(root: string): Promise<void> {
  for (const part of ['index', 'content']) {
    const trash = removedFolder(root);
    await rename(join(root, part), trash).catch(unlessMissing);
    await rm(trash, { recursive: true, force: true });
  }
}

/** Removes what processes that were killed have left while they removed something. */
export async function removeUnfinished(root: string): Promise<void> {
  await removeLeftovers(root, removed);
}
