import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/canon-zip/day.js';

describe('parseDay', () => {
  it.each([
    ['1980-01-01', 0x0021],
    ['2013-05-09', ((2013 - 1980) << 9) | (5 << 5) | 9],
    ['2020-02-29', ((2020 - 1980) << 9) | (2 << 5) | 29],
    ['2107-12-31', 0xff9f],
  ])('reads %s', (text, day) => {
    expect(parseDay(text)).toBe(day);
  });

  it.each([
    '1979-12-31',
    '2108-01-01',
    '2019-02-29',
    '2020-13-01',
    '2020-00-10',
    '2020-1-1',
    '2020-01-01T00:00',
    ' 2020-01-01',
    '20200101',
    '',
    'today',
  ])('refuses %j', (text) => {
    expect(() => parseDay(text)).toThrow(
      expect.objectContaining({ code: 'usage-bad-value', exitCode: 2 }) as unknown,
    );
  });
});
