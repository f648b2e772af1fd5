import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { followOwn } from './own-links.js';

/**
 * Makes a folder and those above it that are missing, all with `mode`. Returns the outermost that it made, or undefined
 * where the folder is there. Throws the error of the system for the one that can't be made, and `path-unusable` where a
 * link of another user's leads to a folder.
 *
 * Node's `recursive` goes on for ever where a file system such as `/proc` says of a new folder that it does not exist,
 * and says the same of one that a full disk has no inode for.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<string | undefined> {
  try {
    return await makeOne(path, mode);
  } catch (error) {
    const above = dirname(path);
    if (!missingAbove.has((error as NodeJS.ErrnoException).code ?? '') || above === path) throw error;
    const outermost = await makeFolder(above, mode);
    const made = await makeOne(path, mode);
    return outermost ?? made;
  }
}

/** What the system says where a folder above is missing, or a file is in its place. */
const missingAbove: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/** The path, or undefined where a folder, or an own link to one, is there. */
async function makeOne(path: string, mode: number): Promise<string | undefined> {
  try {
    await mkdir(path, { mode });
    return path;
  } catch (error) {
    // Which error comes first where there is a folder is the system's own: EEXIST, EISDIR, EROFS.
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() !== true) throw error;
    followOwn(path);
    return undefined;
  }
}
