import { mkdtemp, rmdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { firstFailure } from '../errors/first-failure.js';
import { GitianError } from '../errors/gitian-error.js';

/** With less room than this, in bytes, a disk counts as full: nothing of any size can be written any more. */
const nothing = 256 * 1024;

/** How many bytes there is room for on the disk that holds `path`; infinitely many where its file system doesn't know. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, blocks, bsize } = await statfs(path);
  return blocks === 0 ? Infinity : bavail * bsize;
}

/** How many files and folders can be made on the disk that holds `path`; infinitely many where its file system doesn't count. */
export async function freeNames(path: string): Promise<number> {
  const { files, ffree } = await statfs(path);
  return files === 0 ? Infinity : ffree;
}

/** Whether the disk that holds `path` has no room left, or can hold no further file. */
export async function isFull(path: string): Promise<boolean> {
  try {
    const { bavail, bsize, files, ffree } = await statfs(path);
    return bavail * bsize < nothing || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}

/** What programs say when they can't write any more; the second is git's. */
export const outOfRoom = /No space left on device|Out of diskspace|Disk quota exceeded/;

/** Whether an error of the system says that there is no room left. */
export function saysDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/**
 * Does some work on the disk that holds `path`. Programs that can't write often don't say why, and those that do may have
 * made room by ending: what fails on the way, and isn't a mistake of the user, gets the hint when one says that there is no
 * room, or when that disk is full, or has become read-only as failing disks do.
 */
export async function mindingTheDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await withReason(path, firstFailure(error));
  }
}

async function withReason(path: string, error: unknown): Promise<unknown> {
  if (!(error instanceof GitianError)) return error;
  if (error.exitCode !== 1 || error.hint?.includes('make room') === true) return error;
  if (outOfRoom.test(error.message) || (await isFull(path))) {
    return error.withHint('the disk is full: make room on the disk that holds the workspace');
  }
  return (await isReadOnly(path)) ? error.withHint(readOnlyHint) : error;
}

const readOnlyHint = 'the disk that holds the workspace is read-only, or failed: dmesg, findmnt -T .';

/** Whether the disk with a folder takes no new name. One that failed may be mounted for writing, and refuse every write: only trying tells. */
export async function isReadOnly(path: string): Promise<boolean> {
  try {
    await rmdir(await mkdtemp(join(path, '.gitian-try-')));
    return false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EROFS' || code === 'EIO';
  }
}
