import { closest, distance } from 'fastest-levenshtein';

/** The known key that `key` is probably meant to be. */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  if (key.length > 50) return undefined;
  const nearest = closest(key.toLowerCase(), known);
  return distance(key.toLowerCase(), nearest) <= Math.max(2, key.length / 3) ? nearest : undefined;
}
