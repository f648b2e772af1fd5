import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ReleaseSummary } from './release-summary.js';
import type { WorkerAnswer, WorkerStart, WorkerTask } from './repository-worker.js';
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
  const summaries = new Map<number, ReleaseSummary>();
  const queue = entries.entries();
  const workers = Array.from(
    { length: threads },
    () =>
      new Worker(new URL('./repository-worker.js', import.meta.url), {
        workerData: start,
      }),
  );
  const stop = (): void => {
    for (const worker of workers) void worker.terminate();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.all(workers.map((worker) => feed(worker, queue, summaries)));
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
  return entries.flatMap((_, index) => summaries.get(index) ?? []);
}

/** Gives a thread one entry after the other; ends when there are no more, and fails as the thread does. */
function feed(
  worker: Worker,
  queue: ArrayIterator<[number, RepositoryEntry]>,
  summaries: Map<number, ReleaseSummary>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const taken = queue.next();
      if (taken.done === true) resolve();
      else worker.postMessage({ index: taken.value[0], entry: taken.value[1] } satisfies WorkerTask);
    };
    worker.on('message', ({ index, summary }: WorkerAnswer) => {
      if (summary !== undefined) summaries.set(index, summary);
      next();
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      resolve();
    });
    next();
  });
}
