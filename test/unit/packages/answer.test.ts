import { describe, expect, it } from 'vitest';
import { answerHead, type Conditions } from '../../../src/packages/cache/answer.js';
import { parseEntry } from '../../../src/packages/cache/entry.js';

const entry = { bytes: 100, etag: '"x"', lastModified: 'Mon, 01 Jan 2024 00:00:00 GMT' };
const nothing = { range: undefined, ifRange: undefined, ifModifiedSince: undefined, ifNoneMatch: undefined };
const answer = (
  asked: Partial<Conditions>,
  of: Parameters<typeof answerHead>[0] = entry,
): ReturnType<typeof answerHead> => answerHead(of, { ...nothing, ...asked });

describe('an answer', () => {
  it('has what the archive said, and the length', () => {
    expect(answer({})).toEqual({
      status: 200,
      headers: {
        'accept-ranges': 'bytes',
        etag: '"x"',
        'last-modified': entry.lastModified,
        'content-length': '100',
      },
      part: { start: 0, end: 100 },
    });
    expect(answer({}, { ...entry, etag: undefined, lastModified: undefined }).headers).toEqual({
      'accept-ranges': 'bytes',
      'content-length': '100',
    });
  });

  it.each([
    [{ ifModifiedSince: entry.lastModified }, 304],
    [{ ifModifiedSince: 'Tue, 02 Jan 2024 00:00:00 GMT' }, 304],
    [{ ifModifiedSince: 'Sun, 31 Dec 2023 00:00:00 GMT' }, 200],
    [{ ifModifiedSince: 'yesterday' }, 200],
    [{ ifNoneMatch: '"y", "x"' }, 304],
    [{ ifNoneMatch: '*' }, 304],
    [{ ifNoneMatch: '"y"', ifModifiedSince: entry.lastModified }, 200],
  ])('to %j is %d', (asked, status) => {
    expect(answer(asked).status).toBe(status);
  });

  it.each([
    [{ range: 'bytes=40-' }, 206, 40],
    [{ range: 'bytes=40-', ifRange: entry.lastModified }, 206, 40],
    [{ range: 'bytes=40-', ifRange: '"x"' }, 206, 40],
    [{ range: 'bytes=40-', ifRange: '"y"' }, 200, 0],
    [{ range: 'bytes=0-' }, 206, 0],
    [{ range: 'bytes=100-' }, 416, 0],
    [{ range: 'bytes=40-50' }, 200, 0],
    [{ range: 'bytes=-5' }, 200, 0],
    [{ range: 'bytes=99999999999999999999-' }, 200, 0],
  ])('to %j is %d from %d', (asked, status, start) => {
    expect(answer(asked)).toMatchObject({ status, part: { start } });
  });

  it('says which part it is', () => {
    expect(answer({ range: 'bytes=40-' }).headers).toMatchObject({
      'content-range': 'bytes 40-99/100',
      'content-length': '60',
    });
    expect(answer({ range: 'bytes=100-' }).headers).toMatchObject({ 'content-range': 'bytes */100' });
  });

  it('can be empty', () => {
    expect(answer({}, { ...entry, bytes: 0 })).toMatchObject({ status: 200, part: { start: 0, end: 0 } });
  });
});

describe('an entry', () => {
  const good = { url: 'http://a/', sha256: 'a'.repeat(64), bytes: 1 };
  it('is read from its file', () => {
    expect(parseEntry(JSON.stringify({ ...good, etag: '"x"' }))).toEqual({ ...good, etag: '"x"' });
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    JSON.stringify({ ...good, sha256: '../../etc/passwd' }),
    JSON.stringify({ ...good, bytes: -1 }),
    JSON.stringify({ ...good, bytes: 1.5 }),
    JSON.stringify({ ...good, etag: 1 }),
    JSON.stringify({ ...good, url: undefined }),
  ])('is not %s', (text) => {
    expect(parseEntry(text)).toBeUndefined();
  });
});
