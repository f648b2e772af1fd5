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
export function parseEntry(text: string): Entry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isEntry(value) ? value : undefined;
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { url, sha256, bytes, etag, lastModified } = value as Partial<Record<keyof Entry, unknown>>;
  return (
    typeof url === 'string' &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    Number.isSafeInteger(bytes) &&
    Number(bytes) >= 0 &&
    isOptionalText(etag) &&
    isOptionalText(lastModified)
  );
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
