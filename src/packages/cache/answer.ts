import type { Entry } from './entry.js';

/** What a request says beside its URL, as far as the answer depends on it. */
export interface Conditions {
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/** The head of an answer, and which part of the content follows it: bytes from `start` up to before `end`. */
export interface AnswerHead {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string>>;
  readonly part: { readonly start: number; readonly end: number };
}

/** Decides how a content answers a request, as RFC 9110 has it, for what apt asks. */
export function answerHead(
  entry: Pick<Entry, 'bytes' | 'etag' | 'lastModified'>,
  asked: Conditions,
): AnswerHead {
  const { bytes, etag, lastModified } = entry;
  const headers = {
    'accept-ranges': 'bytes',
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { 'last-modified': lastModified }),
  };
  if (isUnchanged(entry, asked)) return { status: 304, headers, part: { start: 0, end: 0 } };
  const start = rangeStart(entry, asked);
  if (start === undefined) {
    return {
      status: 200,
      headers: { ...headers, 'content-length': String(bytes) },
      part: { start: 0, end: bytes },
    };
  }
  if (start >= bytes) {
    const none = { 'content-range': `bytes */${String(bytes)}`, 'content-length': '0' };
    return { status: 416, headers: { ...headers, ...none }, part: { start: 0, end: 0 } };
  }
  const some = {
    'content-range': `bytes ${String(start)}-${String(bytes - 1)}/${String(bytes)}`,
    'content-length': String(bytes - start),
  };
  return { status: 206, headers: { ...headers, ...some }, part: { start, end: bytes } };
}

function isUnchanged(
  { etag, lastModified }: Pick<Entry, 'etag' | 'lastModified'>,
  { ifNoneMatch, ifModifiedSince }: Conditions,
): boolean {
  if (ifNoneMatch !== undefined) {
    const tags = ifNoneMatch.split(',').map((tag) => tag.trim());
    return etag !== undefined && (tags.includes(etag) || tags.includes('*'));
  }
  const [since, changed] = [Date.parse(ifModifiedSince ?? ''), Date.parse(lastModified ?? '')];
  return Number.isFinite(since) && Number.isFinite(changed) && changed <= since;
}

/** Where to go on; only the end of a file is ever asked for. Another version is sent whole. */
function rangeStart(
  { etag, lastModified }: Pick<Entry, 'etag' | 'lastModified'>,
  { range, ifRange }: Conditions,
): number | undefined {
  const start = /^bytes=(\d{1,15})-$/.exec(range ?? '')?.[1];
  if (start === undefined) return undefined;
  if (ifRange !== undefined && ifRange !== etag && ifRange !== lastModified) return undefined;
  return Number(start);
}
