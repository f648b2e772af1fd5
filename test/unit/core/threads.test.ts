import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { inThreads, type ThreadsOptions } from '../../../src/core/threads.js';

describe('inThreads', () => {
  /** Threads that do with a `task`, which they answer with `say`, what `work` says. */
  const threads = (work: string, signal?: AbortSignal): ThreadsOptions => ({
    begin: () =>
      new Worker(
        `const { parentPort } = require('node:worker_threads');
         parentPort.on('message', ({ index, task }) => {
           const say = (answer) => parentPort.postMessage({ index, answer });
           ${work};
         });`,
        { eval: true },
      ),
    count: 3,
    ahead: 2,
    signal,
  });

  it('gives the answers in the order of the tasks, whichever comes first', async () => {
    const tasks = Array.from({ length: 20 }, (_, index) => 20 - index);
    const answers = await inThreads(tasks, threads('setTimeout(say, task, -task)'));
    expect(answers).toEqual(tasks.map((task) => -task));
  });

  it('does without tasks, and with fewer than threads', async () => {
    expect(await inThreads([], threads('say(task)'))).toEqual([]);
    expect(await inThreads(['one'], threads('say(task)'))).toEqual(['one']);
  });

  it('fails as the first thread does', async () => {
    const failing = threads(`if (task === 2) throw new Error('no two'); setTimeout(say, 60_000)`);
    await expect(inThreads([1, 2, 3], failing)).rejects.toThrow('no two');
  });

  it('leaves out no task of a thread that ends', async () => {
    const ending = threads('if (task === 2) process.exit(); say(task)');
    await expect(inThreads([1, 2, 3], ending)).rejects.toThrow('a thread ended before its work');
  });

  it('ends when it is aborted, and begins nothing when it was', async () => {
    const abort = new AbortController();
    const endless = inThreads([1, 2, 3], threads('for (;;);', abort.signal));
    setTimeout(() => {
      abort.abort(new Error('enough'));
    }, 100);
    await expect(endless).rejects.toThrow('enough');
    const never = {
      ...threads('', abort.signal),
      begin: () => {
        throw new Error('begun');
      },
    };
    await expect(inThreads([1], never)).rejects.toThrow('enough');
  });
});
