import { parentPort, workerData } from 'node:worker_threads';
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

/** One entry to verify, by its place in the repository. */
export interface WorkerTask {
  readonly index: number;
  readonly entry: RepositoryEntry;
}

/** What came of it. */
export interface WorkerAnswer {
  readonly index: number;
  readonly summary: ReleaseSummary | undefined;
}

// This file is the beginning of a thread: it answers one entry after the other.
const port = parentPort;
if (port !== null) {
  const { keys, options } = workerData as WorkerStart;
  const ring = new KeyRing();
  for (const key of keys) ring.add(key);
  const engine = inProcessEngine(ring);
  port.on('message', ({ index, entry }: WorkerTask) => {
    void summarizeEntry(entry, options, engine).then((summary) => {
      port.postMessage({ index, summary } satisfies WorkerAnswer);
    });
  });
}
