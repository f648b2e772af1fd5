import { failure } from '../core/errors/gitian-error.js';

/** A day as zips write it: seven bits of years since 1980, four of the month, five of the day. */
export type DosDay = number;

/** Reads `YYYY-MM-DD`, a day that exists and that a zip can hold: 1980 to 2107. No clock and no time zone takes part. */
export function parseDay(text: string): DosDay {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const exists = year !== '' && date.toISOString().startsWith(text);
  if (!exists || Number(year) < 1980 || Number(year) > 2107) {
    throw failure('usage-bad-value', {
      what: 'the date',
      value: text,
      expected: 'a day from 1980-01-01 to 2107-12-31, written YYYY-MM-DD',
    });
  }
  return ((Number(year) - 1980) << 9) | (Number(month) << 5) | Number(day);
}
