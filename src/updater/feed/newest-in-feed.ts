import { compareVersions } from '../versions.js';

/** A package that a feed announces. */
export interface Announcement {
  readonly url: string;
  /** What the pattern's first group found; undefined where it has none. */
  readonly release: string | undefined;
}

/** Longer texts are no URLs of packages, and patterns may take long on them. */
const longest = 2000;

/**
 * The newest package among the texts of a feed: the highest release that the pattern finds, the first of equals; the
 * first match where the pattern names no release.
 */
export function newestInFeed(
  texts: readonly string[],
  feed: { readonly url: string; readonly pattern: RegExp },
): Announcement | undefined {
  let newest: Announcement | undefined;
  for (const text of texts) {
    const match = text.length > longest ? null : feed.pattern.exec(text);
    if (match === null || !URL.canParse(text, feed.url)) continue;
    const found = { url: new URL(text, feed.url).href, release: match[1] };
    if (newest === undefined || isNewer(found, newest)) newest = found;
  }
  return newest;
}

function isNewer(found: Announcement, than: Announcement): boolean {
  if (found.release === undefined || than.release === undefined) return false;
  return compareVersions(found.release, than.release) > 0;
}
