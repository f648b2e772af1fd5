import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

/** A file to hash, by its place in the caller's list. */
export interface HashTask {
  readonly index: number;
  readonly path: string;
}

/** Its SHA-256, or nothing where it can't be read. */
export interface HashAnswer {
  readonly index: number;
  readonly sha256: string | undefined;
}

// This file is the beginning of a thread: it answers one file after the other. Nothing else is to be done meanwhile, so
// it waits for each read.
const buffer = Buffer.allocUnsafeSlow(1 << 20);
parentPort?.on('message', ({ index, path }: HashTask) => {
  parentPort?.postMessage({ index, sha256: hashed(path) } satisfies HashAnswer);
});

function hashed(path: string): string | undefined {
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
