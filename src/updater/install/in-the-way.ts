import { access, constants, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { foundAt } from '../../core/files/found-at.js';
import type { Remedy } from '../outcome.js';
import { foldersOf, type InstallPlan } from './plan.js';

/** One thing in the way: its path and what it is, in words, and what can be done about it. */
export interface Obstacle {
  readonly words: string;
  readonly remedy: Remedy;
}

/** What to do first; nothing where nothing is in the way. What `--force` doesn't help against comes first. */
export function remedyOf(obstacles: readonly Obstacle[]): Remedy | undefined {
  return (obstacles.find(({ remedy }) => remedy !== 'overwrite') ?? obstacles[0])?.remedy;
}

/**
 * What of a destination keeps the plan from being carried out: a folder or a link where a file or a folder has to go, a
 * folder that can't be changed, and files of the user's that would be written over, which `force` allows.
 */
export async function inTheWay(
  destination: string,
  plan: InstallPlan,
  force: boolean,
): Promise<readonly Obstacle[]> {
  const removed = new Set(plan.removed);
  const found: Obstacle[] = [];
  for (const folder of foldersOf(plan.moves)) {
    const kind = await kindOf(join(destination, folder));
    const ours = kind === 'file' && removed.has(folder);
    if (kind !== undefined && kind !== 'folder' && !ours)
      found.push({ words: `${folder} (a ${kind} where a folder has to be)`, remedy: 'move' });
  }
  found.push(...(await unchangeable(destination, [...plan.moves, ...plan.removed])));
  const added = new Set(plan.added);
  for (const path of plan.moves) {
    const kind = await kindOf(join(destination, path));
    if (kind === 'folder' && !(await holdsOnly(destination, path, removed))) {
      found.push({ words: `${path} (a folder where a file has to be)`, remedy: 'move' });
    } else if (kind !== undefined && kind !== 'folder' && added.has(path) && !force) {
      found.push({ words: `${path} (not installed by this program)`, remedy: 'overwrite' });
    }
  }
  return found;
}

/** Folders in which nothing can be renamed: once the first change is made, it's too late to find out. */
async function unchangeable(destination: string, paths: readonly string[]): Promise<Obstacle[]> {
  const found: Obstacle[] = [];
  const { dev } = await stat(destination);
  for (const folder of ['.', ...foldersOf(paths)]) {
    const at = join(destination, folder);
    if ((await kindOf(at)) !== 'folder') continue;
    const writable = await access(at, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!writable) found.push({ words: `${folder} (not writable)`, remedy: 'permit' });
    else if ((await stat(at)).dev !== dev)
      found.push({ words: `${folder} (on another file system)`, remedy: 'unmount' });
  }
  return found;
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'link' | 'device' | undefined> {
  const found = await foundAt(path);
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
