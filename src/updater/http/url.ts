/** Why a text can't be the URL of a package, a version or a feed; completes "the url …". */
export function urlProblem(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'is not a URL; for a file write file:///the/path';
  }
  if (!schemes.has(url.protocol)) return 'begins with neither https, http nor file';
  if (url.protocol === 'file:' && url.host !== '') return 'names another host';
  return undefined;
}

const schemes: ReadonlySet<string> = new Set(['https:', 'http:', 'file:']);

/** A URL for a sentence: without a password, and not endless. */
export function shownUrl(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = '***';
  return url.href.length > 300 ? `${url.href.slice(0, 300)}…` : url.href;
}
