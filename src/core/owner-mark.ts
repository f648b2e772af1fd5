import { readlinkSync } from 'node:fs';

/**
 * What a process puts into the names of its unfinished files, so that a later one can tell whether it is gone: its
 * number, and the process namespace in which that means something.
 */
export const ownMark = `${namespace()}-${String(process.pid)}`;

/** Whether the process that left a mark, or one with something random after it, is known to have ended. */
export function isGone(mark: string): boolean {
  const [, place, pid] = /^(\d+)-(\d+)(?:-\w+)?$/.exec(mark) ?? [];
  if (place !== namespace() || pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** The number of this process's process namespace; 0 where there are none. */
function namespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}
