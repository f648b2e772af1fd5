import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { isRunning } from '../processes/is-running.js';
import { parseStat } from '../processes/process-identity.js';

/** The mark of a process of this namespace: the namespace's number, its own, and after a dot when it started, where there is a /proc. */
export function markOf(pid: number): string {
  const begun = beginningOf(pid);
  return `${namespace()}-${String(pid)}${begun === undefined ? '' : `.${begun}`}`;
}

/** What this process puts into the names of its unfinished files, so that a later one can tell whether it is gone. */
export const ownMark = markOf(process.pid);

/** The mark with something random after it, for a name that is taken by nothing. */
export function uniqueMark(): string {
  return `${ownMark}-${randomBytes(6).toString('hex')}`;
}

/** The most bytes that such a mark has: the numbers have 32 bits, and the time, of which one letter says five bits, 64. */
export const longestMark = '4294967295-4294967295.'.length + 13 + '-0123456789ab'.length;

/**
 * What is known of the process that left a mark, or one with something random after it: 'unseen' is one of another process
 * namespace. Undefined for what is no mark.
 */
export function ownerOf(mark: string): 'running' | 'gone' | 'unseen' | undefined {
  const [, place, pid, begun] = /^(\d+)-(\d+)(?:\.(\w+))?(?:-\w+)?$/.exec(mark) ?? [];
  if (place === undefined) return undefined;
  if (place !== namespace()) return 'unseen';
  if (!isRunning(Number(pid))) return 'gone';
  return isAnother(Number(pid), begun) ? 'gone' : 'running';
}

/** Whether a number is known to be that of a later process than the one that began then, as after a restart of the host. */
function isAnother(pid: number, begun: string | undefined): boolean {
  const now = beginningOf(pid);
  return begun !== undefined && now !== undefined && now !== begun;
}

/** When a process started, in a short form of the clock ticks after boot; undefined where that can't be seen. */
function beginningOf(pid: number): string | undefined {
  try {
    const { startTime } = parseStat(readFileSync(`/proc/${String(pid)}/stat`, 'utf8')) ?? {};
    return startTime === undefined ? undefined : Number(startTime).toString(36);
  } catch {
    return undefined;
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
