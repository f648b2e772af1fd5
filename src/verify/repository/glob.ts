/**
 * Whether a name matches a pattern with `*` for anything and `?` for one character, a UTF-16 code unit. What the last `*`
 * stands for grows where the rest doesn't fit: it never pays to go back to one before it.
 */
export function matchesGlob(name: string, pattern: string): boolean {
  let [at, next] = [0, 0];
  let star: { readonly after: number; end: number } | undefined;
  while (at < name.length) {
    if (pattern[next] === '*') {
      next += 1;
      star = { after: next, end: at };
    } else if (next < pattern.length && (pattern[next] === '?' || pattern[next] === name[at])) {
      next += 1;
      at += 1;
    } else if (star !== undefined) {
      next = star.after;
      at = star.end += 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(next));
}
