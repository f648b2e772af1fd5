import { isRunning } from '../../core/is-running.js';
import { identify, isAlive } from '../../core/process-identity.js';

/** A process that holds something; `startTime` and `bootId` are empty where there is no /proc. */
export interface Holder {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

/** This process. */
export async function ownHolder(): Promise<Holder> {
  return (await identify(process.pid)) ?? { pid: process.pid, startTime: '', bootId: '' };
}

/** Whether a holder still runs. Without /proc, a number that is in use counts as the same process. */
export async function holds(holder: Holder): Promise<boolean> {
  return holder.bootId === '' ? runsStill(holder.pid) : isAlive(holder);
}

/** Whether a process with this number runs; one that has ended and waits to be reaped does not. */
async function runsStill(pid: number): Promise<boolean> {
  if (!isRunning(pid)) return false;
  const hasProc = (await identify(process.pid)) !== undefined;
  return !hasProc || (await identify(pid)) !== undefined;
}

/** Reads what a lock file says; undefined for anything else. */
export function parseHolder(text: string): Holder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, startTime, bootId } = value as Record<string, unknown>;
  const sound = Number.isSafeInteger(pid) && typeof startTime === 'string' && typeof bootId === 'string';
  return sound ? { pid: pid as number, startTime, bootId } : undefined;
}
