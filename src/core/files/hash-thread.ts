import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { ThreadAnswer, ThreadTask } from '../threads.js';

/** The SHA-256 of a file, or nothing where it can't be read. */
export type HashAnswer = string | undefined;

// This file is the beginning of a thread: it answers one file after the other. Nothing else is to be done meanwhile, so
// it waits for each read.
const buffer = Buffer.allocUnsafeSlow(1 << 20);
parentPort?.on('message', ({ index, task }: ThreadTask<string>) => {
  parentPort?.postMessage({ index, answer: hashed(task) } satisfies ThreadAnswer<HashAnswer>);
});

function hashed(path: string): HashAnswer {
  try {
    const file = openSync(path, 'r');
    try {
      const hash = createHash('sha256');
      for (let read = 1; read > 0;) {
        read = readSync(file, buffer, 0, buffer.length, null);
        hash.update(buffer.subarray(0, read));
      }
      return hash.digest('hex');
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
