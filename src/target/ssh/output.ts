import { createWriteStream } from 'node:fs';
import { Writable, type Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { openToWrite } from '../../core/files/write-over.js';
import type { OutputTo } from '../../core/processes/process.js';

/** One output of a command on its way. */
export interface Output {
  /** Resolves with what was captured when all of it has been taken; rejects when it can't be. */
  readonly taken: Promise<string>;
  /** Lets what still comes go nowhere. */
  readonly letGo: () => void;
}

/** How much output of one command is kept, in bytes. */
const captureLimit = 64 * 1024 * 1024;

/** What a capture that grew too large rejects with. */
export class TooMuchOutput extends Error {}

/** Sends `from` where `to` says, `own` being this process's stream of that name. Streams of the caller's stay open. */
export function takeOutput(from: Readable, to: OutputTo | undefined, own: Writable): Output {
  const letGo = (): void => {
    from.unpipe();
    from.resume();
  };
  const taken = takenBy(from, to === 'inherit' ? own : to);
  taken.catch(letGo);
  return { taken, letGo };
}

async function takenBy(
  from: Readable,
  to: Writable | Exclude<OutputTo, 'inherit'> | undefined,
): Promise<string> {
  if (to === undefined || to === 'capture') return captured(from);
  if (to === 'ignore') from.resume();
  else if (to instanceof Writable) return piped(from, to);
  else {
    const file = createWriteStream(to.appendTo, {
      fd: openToWrite(to.appendTo, { manner: 'append', mode: 0o644 }),
    });
    from.pipe(file);
    await finished(file);
    return '';
  }
  await readToEnd(from);
  return '';
}

async function captured(from: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const tooMuch = new Promise<never>((_, reject) => {
    from.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= captureLimit) chunks.push(chunk);
      else reject(new TooMuchOutput());
    });
  });
  await Promise.race([readToEnd(from), tooMuch]);
  return Buffer.concat(chunks).toString('utf8');
}

/** Whoever takes the output may fail or go away before its end. */
async function piped(from: Readable, to: Writable): Promise<string> {
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  to.once('error', fail);
  from.pipe(to, { end: false });
  try {
    await Promise.race([readToEnd(from), failed]);
  } finally {
    to.off('error', fail);
  }
  return '';
}

async function readToEnd(from: Readable): Promise<void> {
  return new Promise((resolve) => {
    from.once('end', resolve);
    from.once('close', resolve);
  });
}
