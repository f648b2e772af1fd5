import { isRunning } from '../../core/processes/is-running.js';
import {
  identify,
  isAlive,
  processIdentity,
  type ProcessIdentity,
} from '../../core/processes/process-identity.js';
import { parseJson } from '../../core/shape.js';

/** A process that holds something; `startTime` and `bootId` are empty where there is no /proc. */
export type Holder = ProcessIdentity;

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
export function parseHolder(json: string): Holder | undefined {
  return parseJson(json, processIdentity);
}
