import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/http/client.js';
import { goesOnAfter, validatorOf, wholeSize } from '../../../src/http/continuation.js';

function answer(status: number, headers: Readonly<Record<string, string>>): Answer {
  return { status, headers: new Map(Object.entries(headers)), body: Readable.from([]), reach: 'public' };
}

describe('an answer with the rest of a file', () => {
  it.each([
    ['bytes 5-9/10', true],
    ['bytes 5-7/10', true],
    ['bytes 4-9/10', false],
    ['bytes 6-9/10', false],
    ['bytes 5-10/10', false],
    ['bytes 5-9/*', false],
    ['bytes */10', false],
    ['5-9/10', false],
    ['', false],
  ])('goes on after five bytes where it says "%s": %s', (range, goesOn) => {
    expect(goesOnAfter(5, answer(206, { 'content-range': range }))).toBe(goesOn);
  });

  it('says how large the whole file is', () => {
    const headers = { 'content-range': 'bytes 5-9/10', 'content-length': '5' };
    expect([wholeSize(answer(206, headers)), wholeSize(answer(200, headers))]).toEqual([10, 5]);
    expect(wholeSize(answer(200, {}))).toBeUndefined();
  });
});

describe('what a download can be gone on from by', () => {
  const date = 'Sat, 28 Nov 2026 07:00:00 GMT';

  it.each([
    [{ etag: '"x"', 'last-modified': date }, '"x"'],
    [{ etag: 'W/"x"', 'last-modified': date }, date],
    [{ etag: 'W/"x"' }, undefined],
    [{}, undefined],
  ])('is of %j %s', (headers, validator) => {
    expect(validatorOf(answer(200, headers))).toBe(validator);
  });
});
