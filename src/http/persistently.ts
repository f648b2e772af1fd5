import { setTimeout as sleep } from 'node:timers/promises';
import { isLocalTrouble } from './local-trouble.js';
import { connectionProblem, TransferProblem } from './problem.js';

/** How patiently something is fetched. */
export interface Patience {
  /** How long to wait before the second, third … attempt without a byte of progress in between, in milliseconds. */
  readonly pauses: readonly number[];
  readonly signal: AbortSignal;
  /** How many bytes have come so far. */
  readonly reached: () => number | Promise<number>;
  /** Hears of a problem after which it is tried again. */
  readonly again?: (problem: TransferProblem) => void;
}

/**
 * Attempts a transfer until it succeeds: as long as it gets on, it goes on. Throws {@link TransferProblem} with the last
 * problem when the pauses are used up or it won't pass, trouble with this host's files as it is, or the signal's reason.
 */
export async function persistently<T>(
  attempt: () => Promise<T>,
  { pauses, signal, reached, again }: Patience,
): Promise<T> {
  for (let [failures, best] = [0, 0]; ;) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (isLocalTrouble(error) || !hasCode(error)) throw error;
      const problem = connectionProblem(error);
      const bytes = await reached();
      failures = bytes > best ? 1 : failures + 1;
      best = Math.max(best, bytes);
      const pause = pauses[failures - 1];
      if (!problem.passing || pause === undefined) throw problem;
      again?.(problem);
      await sleep(pause, undefined, { signal });
    }
  }
}

/** What a connection ends with; an error without a code is a mistake of ours. */
function hasCode(error: unknown): boolean {
  return error instanceof TransferProblem || typeof (error as NodeJS.ErrnoException).code === 'string';
}
