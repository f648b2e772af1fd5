import type { Worker } from 'node:worker_threads';

/** What a thread is asked: one of several tasks, by its place among them. */
export interface ThreadTask<T> {
  readonly index: number;
  readonly task: T;
}

/** What a thread answers to each. */
export interface ThreadAnswer<A> {
  readonly index: number;
  readonly answer: A;
}

/** How threads are begun and kept busy. */
export interface ThreadsOptions {
  readonly begin: () => Worker;
  readonly count: number;
  /** Tasks that a thread has at hand, so that it needn't wait for the next. */
  readonly ahead: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * What threads answer to tasks, in the tasks' order; each thread gets `ThreadTask`s and posts a `ThreadAnswer` to each.
 * The first failure of a thread, or the signal, ends all of them.
 */
export async function inThreads<A>(
  tasks: readonly unknown[],
  { begin, count, ahead, signal }: ThreadsOptions,
): Promise<readonly A[]> {
  signal?.throwIfAborted();
  const workers = Array.from({ length: count }, begin);
  const stop = (): void => {
    for (const worker of workers) void worker.terminate();
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const answers: A[] = [];
    const queue = tasks.entries();
    await Promise.all(workers.map((worker) => feed(worker, { queue, ahead, answers, signal })));
    signal?.throwIfAborted();
    return answers;
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

interface Work<A> {
  readonly queue: ArrayIterator<[number, unknown]>;
  readonly ahead: number;
  readonly answers: A[];
  readonly signal: AbortSignal | undefined;
}

/** Keeps a thread busy until there is nothing left; fails as the thread does. */
function feed<A>(worker: Worker, { queue, ahead, answers, signal }: Work<A>): Promise<void> {
  return new Promise((resolve, reject) => {
    let pending = 0;
    const next = (): void => {
      const taken = queue.next();
      if (taken.done === true) {
        if (pending === 0) resolve();
        return;
      }
      pending += 1;
      worker.postMessage({ index: taken.value[0], task: taken.value[1] } satisfies ThreadTask<unknown>);
    };
    worker.on('message', ({ index, answer }: ThreadAnswer<A>) => {
      pending -= 1;
      answers[index] = answer;
      next();
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      if (signal?.aborted === true) resolve();
      else reject(new Error('a thread ended before its work'));
    });
    for (let begun = 0; begun < ahead; begun++) next();
  });
}
