import { isFailure } from '../errors/gitian-error.js';
import { start, type RunningProcess } from '../processes/process.js';

/** A program that takes the kernel's lock on something, says so in a line, and keeps it until its stdin ends. */
interface LockKeeper {
  readonly program: string;
  readonly args: readonly string[];
}

/** How a keeper ended that didn't get the lock. */
export interface KeeperEnd {
  readonly exitCode: number;
  readonly stderr: string;
}

/** What has come of a keeper: the lock, until it is disposed of; that this host has no such program; or its end. */
export type Keeping = AsyncDisposable | 'missing' | KeeperEnd;

/** Whether the lock is held. */
export function holdsLock(keeping: Keeping): keeping is AsyncDisposable {
  return typeof keeping === 'object' && Symbol.asyncDispose in keeping;
}

/** Whether a keeper ended since the kernel knows no locks there, as util-linux has it: `EX_DATAERR` and `EX_OSERR`. */
export function saysNoLocks(exitCode: number): boolean {
  return exitCode === 65 || exitCode === 71;
}

/**
 * Starts a keeper, and returns when it has the lock or has ended. However this process dies, the lock dies with it, since
 * the keeper lives as long as our end of its pipe is open.
 */
export async function startKeeper(keeper: LockKeeper): Promise<Keeping> {
  const running = start({ ...keeper, stdin: 'pipe', check: false });
  const state = await firstOf(running);
  if (state !== 'held') return state;
  return {
    [Symbol.asyncDispose]: async () => {
      running.stdin?.end();
      await running.ended;
    },
  };
}

async function firstOf(running: RunningProcess): Promise<'held' | 'missing' | KeeperEnd> {
  const held = new Promise<'held'>((resolve) => {
    running.stdout?.once('data', () => {
      resolve('held');
    });
  });
  const ended = running.ended.catch((error: unknown) => {
    if (isFailure(error, 'tool-missing')) return 'missing' as const;
    throw error;
  });
  return Promise.race([held, ended]);
}
