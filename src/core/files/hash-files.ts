import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { inParallel } from '../parallel.js';
import { inThreads } from '../threads.js';
import type { HashAnswer } from './hash-thread.js';
import { sha256File } from './hashing.js';

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
  const files = new Map<string, FileToHash>();
  const places = paths.map((path) => {
    const { identity, size } = factsOf(path);
    const file = files.get(identity) ?? { path, index: files.size, size };
    files.set(identity, file);
    return file.index;
  });
  const sums = await hashEach([...files.values()], signal);
  return places.map((index) => sums[index] ?? '');
}

interface FileToHash {
  readonly path: string;
  readonly index: number;
  readonly size: number;
}

async function hashEach(
  files: readonly FileToHash[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const count = Math.min(availableParallelism(), files.length);
  if (bytes < worthwhile || count < 2)
    return inParallel(files, atOnce, ({ path }) => sha256File(path, signal));
  // The biggest first, so that none is left to one thread at the end.
  const queue = files.toSorted((a, b) => b.size - a.size);
  const begin = (): Worker => new Worker(new URL('./hash-thread.js', import.meta.url), threadOptions);
  const answers = await inThreads<HashAnswer>(
    queue.map(({ path }) => path),
    { begin, count, ahead, signal },
  );
  const sums: string[] = [];
  // What a thread can't read fails here, with its reason.
  for (const [place, { index, path }] of queue.entries())
    sums[index] = answers[place] ?? (await sha256File(path, signal));
  return sums;
}

/** Which file a path leads to, and its size. One that can't be read says so when it is hashed. */
function factsOf(path: string): { readonly identity: string; readonly size: number } {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  if (found === undefined) return { identity: path, size: 0 };
  // The number alone would do, but there are network file systems that give two files the same.
  const { dev, ino, size, mtimeNs, ctimeNs } = found;
  return { identity: [dev, ino, size, mtimeNs, ctimeNs].join(), size: Number(size) };
}
