import { failure } from '../../core/errors/gitian-error.js';

/** More than anything has that is counted here. */
const most = 999_999_999;

/** Reads a whole number of at least 1; `what` begins the sentence: "-j". */
export function positive(value: string, what: string): number {
  const number = /^[0-9]+$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= most) return number;
  const expected = number < 1 ? 'a whole number of at least 1' : `at most ${String(most)}`;
  throw failure('usage-bad-value', { what, value, expected });
}
