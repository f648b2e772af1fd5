import type { FileHandle } from 'node:fs/promises';
import type { Answer } from './client.js';
import { wholeSize } from './continuation.js';
import { TransferProblem } from './problem.js';
import { steady } from './steady.js';

/** How a body is added to a file. */
export interface Receiving {
  /** Open for appending. */
  readonly file: FileHandle;
  /** How many bytes it has. */
  readonly from: number;
  /** How many it may have, and how that is told. */
  readonly limit: { readonly bytes: number; readonly words: string };
  /** How long the next bytes may take, in milliseconds. */
  readonly timeout: number;
  /** Hears of each chunk that was added, and how many bytes the file has by then. */
  readonly took: (chunk: Buffer, bytes: number) => void;
}

/** A file that has more bytes than it may. */
export class TooLarge extends TransferProblem {
  constructor(words: string) {
    super(`it is larger than ${words}`, { passing: false });
  }
}

/** Adds a body to a file, to the file's end. Throws {@link TransferProblem} where it ends before, and {@link TooLarge}. */
export async function receive(
  answer: Answer,
  { file, from, limit, timeout, took }: Receiving,
): Promise<void> {
  const whole = wholeSize(answer);
  if (whole !== undefined && whole > limit.bytes) throw new TooLarge(limit.words);
  let bytes = from;
  for await (const chunk of steady(answer.body, timeout)) {
    bytes += chunk.length;
    if (bytes > limit.bytes) throw new TooLarge(limit.words);
    await file.appendFile(chunk);
    took(chunk, bytes);
  }
  if (whole !== undefined && bytes !== whole) {
    const reason = answer.status === 206 ? 'the server sends a part of the rest' : 'the connection was cut';
    throw new TransferProblem(reason, { passing: true });
  }
}
