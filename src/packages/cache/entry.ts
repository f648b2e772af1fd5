import { count, object, optional, parseJson, sha256, text } from '../../core/shape.js';

/** What the cache knows of one URL: the content that it gave, and what it said of it. */
export interface Entry {
  readonly url: string;
  /** Of the content, which lies under this name. */
  readonly sha256: string;
  readonly bytes: number;
  /** As the archive wrote them, for asking whether there is another version. */
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

/** Reads the text of an entry's file; undefined when it isn't one. */
export function parseEntry(json: string): Entry | undefined {
  return parseJson(json, entry);
}

const entry = object<Entry>({
  url: text,
  sha256,
  bytes: count,
  etag: optional(text),
  lastModified: optional(text),
});
