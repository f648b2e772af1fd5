import { failure } from '../core/errors/gitian-error.js';

/** Reads a whole number of at least 1; `what` begins the sentence: "-j". */
export function positive(value: string, what: string): number {
  const number = /^[0-9]{1,9}$/.test(value) ? Number(value) : 0;
  if (number < 1) throw failure('usage-bad-value', { what, value, expected: 'a whole number of at least 1' });
  return number;
}
