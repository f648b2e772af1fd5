import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isGone } from './owner-mark.js';

/** Names of unfinished files: what comes before and after the mark of the process that makes them. */
export interface MarkedNames {
  readonly before: string;
  readonly after: string;
}

/** What processes that are gone left unfinished in a folder under such names: whole paths. Other users' files don't count. */
export async function leftovers(folder: string, { before, after }: MarkedNames): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => {
    if (!name.startsWith(before) || !name.endsWith(after)) return false;
    return isGone(name.slice(before.length, name.length - after.length));
  });
  const owned = await Promise.all(left.map(async (name) => isOwn(join(folder, name))));
  return left.filter((_, index) => owned[index]).map((name) => join(folder, name));
}

/** Removes them. What can't be removed stays, and is tried again by the next. */
export async function removeLeftovers(folder: string, names: MarkedNames): Promise<void> {
  for (const path of await leftovers(folder, names)) {
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isOwn(path: string): Promise<boolean> {
  const { uid } = await lstat(path).catch(() => ({ uid: undefined }));
  return uid !== undefined && uid === process.getuid?.();
}
