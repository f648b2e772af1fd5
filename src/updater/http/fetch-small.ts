import { readBoundedFile } from '../../core/files/bounded-file.js';
import { fileURLToPath } from 'node:url';
import type { Reach } from '../../http/addresses.js';
import type { HttpClient } from '../../http/client.js';
import { demandBody } from '../../http/demand-body.js';
import { connectionProblem, TransferProblem } from '../../http/problem.js';
import { persistently } from '../../http/persistently.js';
import { steady } from '../../http/steady.js';

/** What a small file is fetched with. */
export interface SmallFetch {
  readonly client: HttpClient;
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Before the second and each further attempt, in milliseconds; {@link usualPauses} if not given. */
  readonly pauses?: readonly number[];
}

/** A network that is back at once is enough. */
const usualPauses = [500, 2000] as const;

/** A small file. */
export interface SmallFile {
  readonly bytes: Buffer;
  /** How far URLs in it may lead. */
  readonly reach: Reach;
}

/** Fetches a small file, such as a feed, whole: at most `limit` bytes. Throws {@link TransferProblem}. */
export async function fetchSmall(url: string, limit: number, how: SmallFetch): Promise<SmallFile> {
  if (new URL(url).protocol === 'file:')
    return { bytes: await readSmall(fileURLToPath(url), limit), reach: 'anywhere' };
  const { signal, pauses = usualPauses } = how;
  return persistently(() => attempt(url, limit, how), { pauses, signal, reached: () => 0 });
}

async function attempt(url: string, limit: number, how: SmallFetch): Promise<SmallFile> {
  const answer = await how.client.get(url);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    demandBody(answer);
    if (answer.status === 206) throw partial();
    for await (const chunk of steady(answer.body, how.timeout)) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    answer.body.on('error', () => undefined).destroy();
    how.signal.throwIfAborted();
    throw connectionProblem(error);
  }
  return { bytes: Buffer.concat(chunks), reach: answer.reach };
}

async function readSmall(path: string, limit: number): Promise<Buffer> {
  const file = await readBoundedFile(path, limit);
  if (file.kind === 'read') return Buffer.from(file.bytes);
  throw new TransferProblem(file.reason, { passing: false });
}

/** No part was asked for. */
function partial(): TransferProblem {
  return new TransferProblem('the server sends a part of it', { passing: false });
}

function tooLarge(limit: number): TransferProblem {
  return new TransferProblem(`it has more than ${String(limit)} bytes`, { passing: false });
}
