import { readFile } from 'node:fs/promises';
import { count, object, text } from '../shape.js';

/** A process of this host that can't be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, from `/proc/PID/stat`. */
  readonly startTime: string;
  /** Which boot of the host it belongs to. */
  readonly bootId: string;
}

/** What `/proc/PID/stat` tells of a process. */
export interface ProcessStat {
  /** `R`, `S`, `Z` and so on. */
  readonly state: string;
  /** Whether it has begun to end (the kernel's PF_EXITING). */
  readonly exiting: boolean;
  readonly startTime: string;
}

const exitingFlag = 0x4;

/** Reads one line of `/proc/PID/stat`; the program's name in it may hold blanks and brackets. */
export function parseStat(line: string): ProcessStat | undefined {
  const fields = line
    .slice(line.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  const [state, flags, startTime] = [fields[0], fields[6], fields[19]];
  if (state === undefined || flags === undefined || startTime === undefined) return undefined;
  return { state, exiting: (Number(flags) & exitingFlag) !== 0, startTime };
}

/** The identity of a process that runs, or undefined. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await statOf(pid);
  if (stat === undefined || hasEnded(stat)) return undefined;
  return { pid, startTime: stat.startTime, bootId: await bootId() };
}

/** Whether exactly this process runs, and hasn't begun to end. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const stat = await statOf(identity.pid);
  if (stat === undefined || hasEnded(stat)) return false;
  return stat.startTime === identity.startTime && (await bootId()) === identity.bootId;
}

/** A process identity in a file. */
export const processIdentity = object<ProcessIdentity>({ pid: count, startTime: text, bootId: text });

function hasEnded({ state, exiting }: ProcessStat): boolean {
  return state === 'Z' || state === 'X' || exiting;
}

async function statOf(pid: number): Promise<ProcessStat | undefined> {
  try {
    return parseStat(await readFile(`/proc/${String(pid)}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Which boot of the host this is; empty where there is no /proc. */
export async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
}
