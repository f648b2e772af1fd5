import { mkdir, readdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../../core/files/exists.js';

import { stateFiles, type SavedState } from './saved/saved-state.js';

/**
 * What a target lies over instead of its base image: beside its disk, a link to a layer that is kept elsewhere, or the
 * folder of its own that has just been sealed.
 */
export function layerPath(disk: string): string {
  return `${disk}.layer`;
}

/** The layer of a target: a machine that was saved when its packages were installed; undefined where it has none. */
export async function layerOf(disk: string): Promise<SavedState | undefined> {
  const path = layerPath(disk);
  if (!(await exists(path))) return undefined;
  const kept = await readlink(path).catch(() => path);
  return stateFiles(kept);
}

/** Whether a target's layer is there, whole, or it needs none. */
export async function hasItsLayer(disk: string): Promise<boolean> {
  const path = layerPath(disk);
  const isLink = await readlink(path).then(
    () => true,
    () => false,
  );
  if (!isLink && !(await exists(path))) return true;
  // The disk comes last.
  return exists(stateFiles(path).disk);
}

/** Lets a target lie over a layer that is kept elsewhere. */
export async function linkLayer(disk: string, layer: string): Promise<void> {
  await symlink(layer, layerPath(disk));
}

/** Lets a target lie over its base image again. */
export async function dropLayer(disk: string): Promise<void> {
  await rm(layerPath(disk), { recursive: true, force: true });
}

/** An empty folder for the layer that a target becomes. */
export async function newLayer(disk: string): Promise<SavedState> {
  await dropLayer(disk);
  await mkdir(layerPath(disk), { mode: 0o700 });
  return stateFiles(layerPath(disk));
}

/** What a layer takes on the disk, in bytes. */
export async function layerBytes({ folder }: SavedState): Promise<number> {
  const files = await Promise.all((await readdir(folder)).map(async (name) => stat(join(folder, name))));
  return files.reduce((sum, { blocks }) => sum + blocks * 512, 0);
}
