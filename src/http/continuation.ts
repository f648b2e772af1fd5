import type { Answer } from './client.js';

/** What has come of a file before its connection broke. */
export interface Beginning {
  readonly bytes: number;
  /** What the server calls this version of the file, see {@link validatorOf}. */
  readonly validator: string;
}

/** The headers that ask for the rest of a file, or for all of it where the server has another version now. */
export function askForRest({ bytes, validator }: Beginning): Record<string, string> {
  return { range: `bytes=${String(bytes)}-`, 'if-range': validator };
}

/** Whether a partial answer begins exactly after so many bytes, and says how many the whole file has. */
export function goesOnAfter(bytes: number, answer: Answer): boolean {
  const part = partOf(answer);
  return part?.start === bytes && part.end < part.whole;
}

/** Which part of a file an answer brings: up to `end`, that byte included, of `whole`. It may be less than was asked for. */
function partOf({ headers }: Answer): { start: number; end: number; whole: number } | undefined {
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(headers.get('content-range') ?? '');
  if (range === null) return undefined;
  const [start = 0, end = 0, whole = 0] = range.slice(1).map(Number);
  return { start, end, whole };
}

/** How many bytes the whole file has, of which an answer brings all or a part; undefined where the server doesn't say. */
export function wholeSize(answer: Answer): number | undefined {
  if (answer.status === 206) return partOf(answer)?.whole;
  const length = answer.headers.get('content-length');
  return length === undefined ? undefined : Number(length);
}

/** What an answer can be gone on from by (RFC 9110, section 13.1.5): a strong entity tag, else a date. */
export function validatorOf({ headers }: Answer): string | undefined {
  const tag = headers.get('etag');
  return tag !== undefined && !tag.startsWith('W/') ? tag : headers.get('last-modified');
}
