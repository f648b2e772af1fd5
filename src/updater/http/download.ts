import { open, rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../../core/steps.js';
import type { Answer, HttpClient } from '../../http/client.js';
import { demandBody } from '../../http/demand-body.js';
import {
  dropPartial,
  partialFiles,
  readPartial,
  validatorOf,
  writePartial,
  type PartialFiles,
} from './partial.js';
import { isLocalTrouble } from '../../http/local-trouble.js';
import { connectionProblem, TransferProblem } from '../../http/problem.js';
import { steady } from '../../http/steady.js';
import { amount, pace } from './amounts.js';

/** One file to fetch over http or https. */
export interface DownloadRequest {
  readonly url: string;
  /** Where it lies when it is whole; what was broken off lies beside it. */
  readonly path: string;
  /** Bytes that it may have. */
  readonly limit: number;
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** How long to wait before the second, third … attempt, in milliseconds. */
  readonly pauses?: readonly number[];
}

/** Without a byte of progress in between. */
const usualPauses = [500, 2000, 5000] as const;

/**
 * Downloads a file, goes on where a connection broke, and where an earlier call was ended. Throws {@link TransferProblem}
 * where the place can't give it, or the signal's reason; what has come stays for the next call if it can be gone on from.
 */
export async function download(
  request: DownloadRequest,
  client: HttpClient,
  progress: Progress,
): Promise<void> {
  const files = partialFiles(request.path);
  const pauses = request.pauses ?? usualPauses;
  for (let failures = 0, reached = -1; ;) {
    try {
      await attempt(request, files, client, progress);
      await rename(files.data, request.path);
      await rm(files.facts, { force: true });
      return;
    } catch (error) {
      request.signal.throwIfAborted();
      if (isLocalTrouble(error)) {
        // A disk that is full gets back what was taken of it.
        await dropPartial(files);
        throw error;
      }
      const problem = connectionProblem(error);
      const size = (await readPartial(files, request.url))?.size ?? 0;
      failures = size > reached ? 1 : failures + 1;
      reached = Math.max(reached, size);
      const pause = pauses[failures - 1];
      if (!problem.passing || pause === undefined) {
        if (size === 0 || isRefusal(problem)) await dropPartial(files);
        throw problem;
      }
      progress(`${problem.message}; trying again`);
      await sleep(pause, undefined, { signal: request.signal });
    }
  }
}

/** What is too large now will be too large next time. */
function isRefusal(problem: TransferProblem): boolean {
  return problem instanceof TooLarge;
}

class TooLarge extends TransferProblem {
  constructor(limit: number) {
    super(`it is larger than ${amount(limit)}, which is the limit`, { passing: false });
  }
}

async function attempt(
  request: DownloadRequest,
  files: PartialFiles,
  client: HttpClient,
  progress: Progress,
): Promise<void> {
  const known = await readPartial(files, request.url);
  const answer = await client.get(
    request.url,
    known === undefined ? {} : { range: `bytes=${String(known.size)}-`, 'if-range': known.validator },
  );
  try {
    // A server that can't go on from there has none of it any more, or another file.
    if (answer.status === 416) {
      await dropPartial(files);
      throw new TransferProblem('the server has another file now', { passing: true });
    }
    demandBody(answer);
    const from = answer.status === 206 ? rangeStart(answer, known?.size) : 0;
    if (from === 0) await writePartial(files, request.url, validatorOf(answer.headers));
    await receive({ request, files, answer, from, progress });
  } finally {
    answer.body.on('error', () => undefined).destroy();
  }
}

/** Where a partial answer begins: exactly where we asked it to, or it isn't used. */
function rangeStart(answer: Answer, asked: number | undefined): number {
  const start = /^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '')?.[1];
  if (asked !== undefined && Number(start) === asked) return asked;
  throw new TransferProblem('the server sends another part than it was asked for', { passing: false });
}

interface Reception {
  readonly request: DownloadRequest;
  readonly files: PartialFiles;
  readonly answer: Answer;
  readonly from: number;
  readonly progress: Progress;
}

async function receive({ request, files, answer, from, progress }: Reception): Promise<void> {
  const length = Number(answer.headers.get('content-length') ?? NaN);
  const total = Number.isFinite(length) ? from + length : undefined;
  if (total !== undefined && total > request.limit) throw new TooLarge(request.limit);
  await using file = await open(files.data, from === 0 ? 'w' : 'r+');
  const meter = pace(from, total);
  let position = from;
  for await (const chunk of steady(answer.body, request.timeout)) {
    if (position + chunk.length > request.limit) throw new TooLarge(request.limit);
    await writeAll(file, chunk, position);
    position += chunk.length;
    const told = meter(position);
    if (told !== undefined) progress(told);
  }
  if (total !== undefined && position !== total)
    throw new TransferProblem('the connection was cut', { passing: true });
}

async function writeAll(
  file: {
    write(bytes: Buffer, offset: number, length: number, at: number): Promise<{ bytesWritten: number }>;
  },
  bytes: Buffer,
  at: number,
): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}
