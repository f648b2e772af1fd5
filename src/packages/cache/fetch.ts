import { discard, type Answer, type HttpClient } from '../../http/client.js';
import { demandStatus } from '../../http/demand-body.js';
import { persistently } from '../../http/persistently.js';
import { Reception } from './reception.js';
import type { UrlFacts } from './url-facts.js';

/** How archives are asked. */
export interface FetchManner {
  readonly client: HttpClient;
  /** How long to wait for an answer and for the next bytes, in milliseconds. */
  readonly timeout: number;
  /** How long to wait before the second, third … attempt, in milliseconds. */
  readonly pauses: readonly number[];
  /** Bytes that one file may have. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** One file to fetch. */
export interface FetchRequest {
  readonly facts: UrlFacts;
  /** Credentials, or what makes the question a conditional one. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the content is written; the caller moves it away from there. */
  readonly path: string;
}

/** What came of it. */
export type Fetched =
  | {
      readonly kind: 'received';
      readonly sha256: string;
      readonly bytes: number;
      readonly headers: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'unchanged' }
  /** The archive's answer is no: 404, 403 and the like. */
  | { readonly kind: 'refused'; readonly status: number };

/**
 * Fetches a file, goes on where a connection broke, and tries again what may pass. `keep` takes the file while it is
 * there. Throws {@link TransferProblem} with the last problem when all attempts failed, or the signal's reason.
 */
export async function fetchFile(
  request: FetchRequest,
  manner: FetchManner,
  keep: (received: Extract<Fetched, { kind: 'received' }>) => Promise<void>,
): Promise<Fetched> {
  await using reception = await Reception.begin(request.path, request.facts.promised);
  const { pauses, signal } = manner;
  const attempts = async (): Promise<Fetched> => {
    const fetched = await attempt(request, manner, reception);
    if (fetched.kind === 'received') await keep(fetched);
    return fetched;
  };
  return await persistently(attempts, { pauses, signal, reached: () => reception.bytes });
}

/** The size and the date of a file at its archive, without the file; undefined when it doesn't say. */
export async function askFor(
  { facts, headers }: Pick<FetchRequest, 'facts' | 'headers'>,
  { client }: FetchManner,
): Promise<{ readonly bytes: number; readonly lastModified: string } | undefined> {
  const answer = await client.ask(facts.url, { method: 'HEAD', headers });
  discard(answer);
  const [length, lastModified] = [answer.headers.get('content-length'), answer.headers.get('last-modified')];
  if (answer.status !== 200 || length === undefined || lastModified === undefined) return undefined;
  return { bytes: Number(length), lastModified };
}

async function attempt(request: FetchRequest, manner: FetchManner, reception: Reception): Promise<Fetched> {
  const { client } = manner;
  const headers = { ...request.headers, ...reception.continuation };
  const answer = await client.get(request.facts.url, headers);
  try {
    const { status } = answer;
    if (status === 304) return { kind: 'unchanged' };
    if (isNo(status)) return { kind: 'refused', status };
    if (status === 416) throw reception.startOver('the archive has another file now');
    demandStatus(status);
    await reception.take(answer, manner);
  } finally {
    letGo(answer);
  }
  return { kind: 'received', sha256: reception.finish(), bytes: reception.bytes, headers: answer.headers };
}

/** Empty bodies are read, so that the connection can be used again. */
function letGo(answer: Answer): void {
  if (answer.status === 304) answer.body.resume();
  else if (!answer.body.readableEnded) discard(answer);
}

/** An answer that asking again won't change. */
function isNo(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 416, 425, 429].includes(status);
}
