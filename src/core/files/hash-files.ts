import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { HashAnswer, HashTask } from './hash-thread.js';
import { sha256File } from './hashing.js';
import { inParallel } from '../parallel.js';

/** Below so many bytes threads take longer to start than they save. */
const worthwhile = 64 << 20;

/** Files hashed at the same time in this thread: opening one overlaps with hashing another. */
const atOnce = 2;

/** What a thread leaves behind is little, and all of it messages. */
const threadOptions = { execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: 4 } };

/** Files that a thread has at hand, so that it needn't wait for the next. */
const ahead = 4;

/**
 * SHA-256 of many files, in lower-case hexadecimal, in their order: a thread for each processor does it where that pays.
 * A file under several names, by links of either kind, is read once: a guest may give one a hundred thousand of them.
 */
export async function sha256Files(
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  signal?.throwIfAborted();
  const files = new Map<string, { path: string; index: number; size: number }>();
  const places = paths.map((path) => {
    const { identity, size } = factsOf(path);
    const file = files.get(identity) ?? { path, index: files.size, size };
    files.set(identity, file);
    return file.index;
  });
  const sums = await hashEach([...files.values()], signal);
  return places.map((index) => sums[index] ?? '');
}

async function hashEach(
  files: readonly (HashTask & { readonly size: number })[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const threads = Math.min(availableParallelism(), files.length);
  if (bytes < worthwhile || threads < 2)
    return inParallel(files, atOnce, ({ path }) => sha256File(path, signal));
  // The biggest first, so that none is left to one thread at the end.
  return inThreads(
    files.toSorted((a, b) => b.size - a.size),
    threads,
    signal,
  );
}

/** Which file a path leads to, and its size. One that can't be read says so when it is hashed. */
function factsOf(path: string): { readonly identity: string; readonly size: number } {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  if (found === undefined) return { identity: path, size: 0 };
  // The number alone would do, but there are network file systems that give two files the same.
  const { dev, ino, size, mtimeNs, ctimeNs } = found;
  return { identity: [dev, ino, size, mtimeNs, ctimeNs].join(), size: Number(size) };
}

async function inThreads(
  tasks: readonly HashTask[],
  threads: number,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./hash-thread.js', import.meta.url), threadOptions),
  );
  const stop = (): void => {
    for (const worker of workers) void worker.terminate();
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const sums: string[] = [];
    const queue = tasks.values();
    await Promise.all(workers.map((worker) => feed(worker, queue, sums)));
    signal?.throwIfAborted();
    // What a thread can't read fails here, with its reason.
    for (const { index, path } of tasks) sums[index] ??= await sha256File(path, signal);
    return sums;
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

/** Keeps a thread busy until there is nothing left; fails as the thread does. */
function feed(worker: Worker, queue: ArrayIterator<HashTask>, sums: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending = 0;
    const next = (): void => {
      const taken = queue.next();
      if (taken.done === true) {
        if (pending === 0) resolve();
        return;
      }
      pending += 1;
      worker.postMessage({ index: taken.value.index, path: taken.value.path } satisfies HashTask);
    };
    worker.on('message', ({ index, sha256 }: HashAnswer) => {
      pending -= 1;
      if (sha256 !== undefined) sums[index] = sha256;
      next();
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      resolve();
    });
    for (let count = 0; count < ahead; count++) next();
  });
}
