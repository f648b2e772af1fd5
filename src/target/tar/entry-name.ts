import { nameProblem } from '../../core/words/safe-names.js';

/** The components of an untrusted entry's path, or why it is refused. */
export type EntryPath =
  | { readonly parts: readonly string[]; readonly problem?: undefined }
  | { readonly problem: string; readonly parts?: undefined };

/** Splits the path of a tar entry; only a relative path of plain names passes. `.` has no parts. */
export function entryPath(path: string): EntryPath {
  if (path.startsWith('/')) return { problem: 'its path is absolute' };
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  for (const part of parts) {
    const problem = componentProblem(part);
    if (problem !== undefined) return { problem };
  }
  return { parts };
}

/**
 * Why a symbolic link at `parts` may not point to `target`, or undefined if it may.
 *
 * It may climb first and then go down, within the tree. Climbing after going down is refused even where it looks
 * harmless: what it climbs from may be a link itself, so where it leads can't be told from the text. With that, every
 * link resolves inside, because all links that it passes through do.
 */
export function linkProblem(parts: readonly string[], target: string): string | undefined {
  if (target.startsWith('/')) return 'it is a link to an absolute path';
  if (unreadable(target)) return 'it is a link to an unreadable name';
  const steps = target.split('/').filter((step) => step !== '' && step !== '.');
  const down = steps.findIndex((step) => step !== '..');
  const climbs = down === -1 ? steps.length : down;
  if (climbs > parts.length - 1) return 'it is a link out of the copied folder';
  return steps.slice(climbs).includes('..') ? 'it is a link that climbs after going down' : undefined;
}

function componentProblem(part: string): string | undefined {
  if (part === '..') return 'its path climbs out of the copied folder';
  if (part.includes('\ufffd')) return 'its name is not UTF-8';
  // A leading dash harms nothing here: no program gets the name as a word.
  return nameProblem(part.replace(/^-/, '_'));
}

/** Names are decoded before they come here: what wasn't UTF-8 has become the replacement character. */
function unreadable(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\ufffd\u0000-\u001f\u007f]/.test(text);
}
