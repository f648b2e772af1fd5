import { randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { isRunning } from './is-running.js';

/**
 * What a process puts into the names of its unfinished files, so that a later one can tell whether it is gone: its
 * number, and the process namespace in which that means something.
 */
export const ownMark = `${namespace()}-${String(process.pid)}`;

/**
 * The mark with something random after it, for a name that is taken by nothing: a process that was killed may have had the
 * same number, as the first ones of a container always do.
 */
export function uniqueMark(): string {
  return `${ownMark}-${randomBytes(6).toString('hex')}`;
}

/**
 * What is known of the process that left a mark, or one with something random after it: 'unseen' is one of another process
 * namespace. Undefined for what is no mark.
 */
export function ownerOf(mark: string): 'running' | 'gone' | 'unseen' | undefined {
  const [, place, pid] = /^(\d+)-(\d+)(?:-\w+)?$/.exec(mark) ?? [];
  if (place === undefined) return undefined;
  if (place !== namespace()) return 'unseen';
  return isRunning(Number(pid)) ? 'running' : 'gone';
}

/** The number of this process's process namespace; 0 where there are none. */
function namespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}
