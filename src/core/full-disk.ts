import { statfs } from 'node:fs/promises';
import { GitianError } from './errors/gitian-error.js';

/** With less room than this, in bytes, a disk counts as full: nothing of any size can be written any more. */
const nothing = 256 * 1024;

/** Whether the disk that holds `path` has no room left, or can hold no further file. */
export async function isFull(path: string): Promise<boolean> {
  try {
    const { bavail, bsize, files, ffree } = await statfs(path);
    return bavail * bsize < nothing || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}

/** Whether an error of the system says that there is no room left. */
export function saysDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/**
 * Does some work on the disk that holds `path`. Programs that run out of room often don't say so: a failure that has no
 * hint gets one when that disk is full.
 */
export async function mindingTheDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GitianError) || error.hint !== undefined || !(await isFull(path))) throw error;
    throw error.withHint('the disk is full: make room on the disk that holds the workspace');
  }
}
