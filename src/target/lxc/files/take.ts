import { mkdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { moveTree } from '../../../core/files/move-tree.js';
import { removeTree } from '../../../core/files/staging.js';
import type { TakenDirectory } from '../../taken-files.js';
import type { SessionControl } from '../session/session-control.js';
import { examineTaken } from './taken-tree.js';

/** The target that folders are taken from. */
export interface TakenTarget {
  /** `target-<suite>-<arch>`. */
  readonly folder: string;
  /** What guest paths are relative to. */
  readonly home: string;
  readonly session: SessionControl;
}

/**
 * Ends a container and moves folders out of its files. False when they aren't at hand, and then nothing was moved:
 * they have to be copied. Throws `guest-file-refused` as copying does.
 */
export async function takeFolders(
  { folder, home, session }: TakenTarget,
  directories: readonly TakenDirectory[],
): Promise<boolean> {
  if (!directories.every(({ from }) => isPlainPath(from))) return false;
  const paths = directories.map(({ from }) => posix.resolve(home, from).slice(1));
  const taken = join(folder, 'taken');
  await removeTree(taken);
  await mkdir(taken);
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  if (!(await session.take(paths, owner))) return false;
  for (const [index, { to }] of directories.entries()) {
    const place = join(taken, String(index + 1));
    await examineTaken(place);
    await moveTree(place, to);
  }
  await removeTree(taken);
  return true;
}

/** Whether a path survives as one word on its way to the script. */
function isPlainPath(path: string): boolean {
  return /^\/?(?:[\w.+-]+\/)*[\w.+-]+$/.test(path) && !path.split('/').includes('..');
}
