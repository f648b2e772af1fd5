import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { steady } from '../../../src/http/steady.js';

/** How many bytes come through of chunks of so many bytes, each at its time in seconds; a timeout has one second. */
async function come(...chunks: readonly (readonly [bytes: number, at: number])[]): Promise<number> {
  let time = 0;
  function* body(): Generator<Buffer> {
    for (const [bytes, at] of chunks) {
      time = at * 1000;
      yield Buffer.alloc(bytes);
    }
  }
  // Each chunk when it is asked for, and the clock is then.
  const readable = Readable.from(body(), { highWaterMark: 0 });
  let come = 0;
  for await (const chunk of steady(readable, 1000, () => time)) come += chunk.length;
  return come;
}

describe('a body', () => {
  it('comes through as long as there are 1024 bytes in two timeouts', async () => {
    expect(await come([1, 1], [1022, 2], [1, 2.1], [512, 3], [512, 4.2])).toBe(2048);
  });

  it('may be slower for two timeouts', async () => {
    expect(await come([1, 1], [1, 2])).toBe(2);
  });

  it.each([
    [
      'a byte now and then',
      [
        [1, 1],
        [1, 2],
        [1, 2.1],
      ],
      '3 bytes in 2 s',
    ],
    [
      'one byte too few',
      [
        [1022, 1],
        [1, 2.1],
      ],
      '1023 bytes in 2 s',
    ],
    [
      'few bytes after many',
      [
        [9999, 2.1],
        [1, 3],
        [1, 4.2],
      ],
      '2 bytes in 2 s',
    ],
  ] as const)('of %s is refused', async (_title, chunks, told) => {
    await expect(come(...chunks)).rejects.toMatchObject({
      message: `it is too slow: ${told}`,
      passing: false,
    });
  });
});
