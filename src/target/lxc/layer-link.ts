import { mkdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from '../../core/files/staging.js';

/** The link in a target's folder to the folder of its layer. */
const linkName = 'layer';

/** Makes the empty folder of a layer to be, and lets the target start from it. */
export async function makeLayerFolder(target: string): Promise<string> {
  const folder = join(target, 'sealed');
  await removeTree(folder);
  await mkdir(folder);
  await linkLayer(target, 'sealed');
  return folder;
}

/** Lets a target start from a layer: an absolute path, or one below the target. */
export async function linkLayer(target: string, layer: string): Promise<void> {
  await rm(join(target, linkName), { force: true });
  await symlink(layer, join(target, linkName));
}

/** Whether a target's layer is there, or it needs none. */
export async function hasItsLayer(target: string): Promise<boolean> {
  const link = join(target, linkName);
  const needsOne = await readlink(link).then(
    () => true,
    () => false,
  );
  if (!needsOne) return true;
  return stat(join(link, 'upper')).then(
    () => true,
    () => false,
  );
}
