import { failure } from '../errors/gitian-error.js';

/** Why `value` can't be a plain name (a single path component that no program takes for an option), or undefined if it can. */
export function nameProblem(value: string): string | undefined {
  if (value === '') return 'it is empty';
  if (value === '.' || value === '..') return 'it is a relative folder';
  if (value.startsWith('-')) return 'it begins with "-"';
  if (value.includes('/')) return 'it contains "/"';
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(value)) return 'it contains a control character';
  if (Buffer.byteLength(value) > 255) return 'it is longer than 255 bytes';
  return undefined;
}

/** What a plain name is like. */
export const plainNameHint = 'choose a name that a folder could have, such as "1.0" or "bookworm"';

/** Returns `value` if it is a plain name; else throws `unsafe-name`. `what` begins the sentence: "the release". */
export function plainName(value: string, what: string): string {
  const reason = nameProblem(value);
  if (reason !== undefined) throw failure('unsafe-name', { what, value, reason, hint: plainNameHint });
  return value;
}
