import { open, rename, rm } from 'node:fs/promises';
import type { Progress } from '../../core/steps.js';
import type { Reach } from '../../http/addresses.js';
import { discard, type HttpClient } from '../../http/client.js';
import { askForRest, goesOnAfter, validatorOf, wholeSize } from '../../http/continuation.js';
import { demandBody } from '../../http/demand-body.js';
import { isLocalTrouble } from '../../http/local-trouble.js';
import { persistently } from '../../http/persistently.js';
import { TransferProblem } from '../../http/problem.js';
import { receive, TooLarge } from '../../http/receive.js';
import { shownBytes } from '../../core/words/shown-bytes.js';
import { pace } from './pace.js';
import { dropPartial, partialFiles, readPartial, writePartial, type PartialFiles } from './partial.js';

/** One file to fetch over http or https. */
export interface DownloadRequest {
  readonly url: string;
  /** How far the answer may lead that named this URL; undefined where the user did. */
  readonly ledBy?: Reach | undefined;
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
  const reached = async (): Promise<number> => (await readPartial(files, request.url))?.bytes ?? 0;
  const { pauses = usualPauses, signal } = request;
  const again = ({ message }: TransferProblem): void => {
    progress(`${message}; trying again`);
  };
  try {
    const attempts = async (): Promise<void> => attempt({ request, files, client, progress });
    await persistently(attempts, { pauses, signal, reached, again });
  } catch (error) {
    // A disk that is full gets back what was taken of it, and what is too large now will be too large next time.
    if (isLocalTrouble(error) || error instanceof TooLarge || (await reached()) === 0)
      await dropPartial(files);
    throw error;
  }
}

/** A download under way. */
interface Download {
  readonly request: DownloadRequest;
  readonly files: PartialFiles;
  readonly client: HttpClient;
  readonly progress: Progress;
}

async function attempt({ request, files, client, progress }: Download): Promise<void> {
  const known = await readPartial(files, request.url);
  const headers = known === undefined ? {} : askForRest(known);
  const answer = await client.ask(request.url, { headers, ledBy: request.ledBy });
  try {
    // A server that can't go on from there has none of it any more, or another file.
    if (answer.status === 416) {
      await dropPartial(files);
      throw new TransferProblem('the server has another file now', { passing: true });
    }
    demandBody(answer);
    const from = answer.status === 206 ? (known?.bytes ?? 0) : 0;
    if (answer.status === 206 && !goesOnAfter(from, answer)) {
      // Nor would it go on from there the next time.
      await dropPartial(files);
      throw new TransferProblem('the server sends another part than it was asked for', { passing: from > 0 });
    }
    if (from === 0) await writePartial(files, request.url, validatorOf(answer));
    await using file = await open(files.data, from === 0 ? 'w' : 'a');
    const { limit, timeout } = request;
    const meter = pace(from, wholeSize(answer));
    await receive(answer, {
      ...{ file, from, timeout },
      limit: { bytes: limit, words: `${shownBytes(limit)}, which is the limit` },
      took: (_chunk, bytes) => {
        const told = meter(bytes);
        if (told !== undefined) progress(told);
      },
    });
  } finally {
    discard(answer);
  }
  await rename(files.data, request.path);
  await rm(files.facts, { force: true });
}
