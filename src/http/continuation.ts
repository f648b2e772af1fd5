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

/** Whether a partial answer begins exactly after so many bytes. */
export function goesOnAfter(bytes: number, { headers }: Answer): boolean {
  const start = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1];
  return Number(start) === bytes;
}

/** What an answer can be gone on from by (RFC 9110, section 13.1.5): a strong entity tag, else a date. */
export function validatorOf({ headers }: Answer): string | undefined {
  const tag = headers.get('etag');
  return tag !== undefined && !tag.startsWith('W/') ? tag : headers.get('last-modified');
}
