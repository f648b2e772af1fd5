import { access, constants, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { foldersOf, type InstallPlan } from './plan.js';

/**
 * What of a destination keeps the plan from being carried out: a folder or a link where a file or a folder has to go, a
 * folder that can't be changed, and files of the user's that would be written over, which `force` allows.
 */
export async function inTheWay(
  destination: string,
  plan: InstallPlan,
  force: boolean,
): Promise<readonly string[]> {
  const removed = new Set(plan.removed);
  const found: string[] = [];
  for (const folder of foldersOf(plan.moves)) {
    const kind = await kindOf(join(destination, folder));
    const ours = kind === 'file' && removed.has(folder);
    if (kind !== undefined && kind !== 'folder' && !ours)
      found.push(`${folder} (a ${kind} where a folder has to be)`);
  }
  found.push(...(await unchangeable(destination, [...plan.moves, ...plan.removed])));
  const added = new Set(plan.added);
  for (const path of plan.moves) {
    const kind = await kindOf(join(destination, path));
    if (kind === 'folder' && !(await holdsOnly(destination, path, removed))) {
      found.push(`${path} (a folder where a file has to be)`);
    } else if (kind !== undefined && kind !== 'folder' && added.has(path) && !force) {
      found.push(`${path} (not installed by this program)`);
    }
  }
  return found;
}

/** Folders in which nothing can be renamed: once the first change is made, it's too late to find out. */
async function unchangeable(destination: string, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const { dev } = await stat(destination);
  for (const folder of ['.', ...foldersOf(paths)]) {
    const at = join(destination, folder);
    if ((await kindOf(at)) !== 'folder') continue;
    const writable = await access(at, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!writable) found.push(`${folder} (not writable)`);
    else if ((await stat(at)).dev !== dev) found.push(`${folder} (on another file system)`);
  }
  return found;
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'link' | 'device' | undefined> {
  const found = await lstat(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  if (found.isDirectory()) return 'folder';
  if (found.isSymbolicLink()) return 'link';
  return found.isFile() ? 'file' : 'device';
}

/** Whether a folder is gone once `removed` are. */
async function holdsOnly(
  destination: string,
  folder: string,
  removed: ReadonlySet<string>,
): Promise<boolean> {
  for (const entry of await readdir(join(destination, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    const goes = entry.isDirectory() ? await holdsOnly(destination, path, removed) : removed.has(path);
    if (!goes) return false;
  }
  return true;
}
