import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadAnswer, ThreadTask } from '../../core/threads.js';
import { inProcessEngine } from '../../openpgp/in-process/engine.js';
import { KeyRing } from '../../openpgp/in-process/key-ring.js';
import type { TransferableKey } from '../../openpgp/in-process/transferable-key.js';
import type { ReleaseSummary } from './release-summary.js';
import type { RepositoryEntry } from './repository.js';
import { summarizeEntry, type RepositoryOptions } from './verify-repository.js';

/** What a thread begins with. */
export interface WorkerStart {
  readonly keys: readonly TransferableKey[];
  readonly options: RepositoryOptions;
}

/** What came of an entry; nothing where it is left out. */
export type WorkerAnswer = ReleaseSummary | undefined;

// This file is the beginning of a thread: it answers one entry after the other.
const port = parentPort;
if (port !== null) {
  const { keys, options } = workerData as WorkerStart;
  const ring = new KeyRing();
  for (const key of keys) ring.add(key);
  const engine = inProcessEngine(ring);
  port.on('message', ({ index, task }: ThreadTask<RepositoryEntry>) => {
    void summarizeEntry(task, options, engine).then((answer) => {
      port.postMessage({ index, answer } satisfies ThreadAnswer<WorkerAnswer>);
    });
  });
}
