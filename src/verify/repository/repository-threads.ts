import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { inThreads } from '../../core/threads.js';
import type { ReleaseSummary } from './release-summary.js';
import type { WorkerAnswer, WorkerStart } from './repository-worker.js';
import type { RepositoryEntry } from './repository.js';

/** Below so many assertions a second thread takes longer to start than it saves. */
const worthwhile = 300;

/** How many threads a repository is worth. */
export function threadsFor(entries: readonly RepositoryEntry[]): number {
  const assertions = entries.reduce((sum, { signers }) => sum + signers.length, 0);
  return assertions < worthwhile ? 1 : Math.min(availableParallelism(), 8, entries.length);
}

/** Verifies entries in several threads; summaries in the order of the entries, without those that are left out. */
export async function summarizeInThreads(
  entries: readonly RepositoryEntry[],
  { threads, start }: { readonly threads: number; readonly start: WorkerStart },
  signal: AbortSignal,
): Promise<readonly ReleaseSummary[]> {
  const file = new URL('./repository-worker.js', import.meta.url);
  const begin = (): Worker => new Worker(file, { workerData: start });
  const options = { begin, count: threads, ahead: 1, signal };
  const summaries = await inThreads<WorkerAnswer>(entries, options);
  return summaries.filter((summary) => summary !== undefined);
}
