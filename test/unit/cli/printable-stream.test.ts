import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printableStream } from '../../../src/cli/printable-stream.js';

const shown = (...pieces: (string | Uint8Array)[]): string => {
  const stream = printableStream();
  return pieces.map((piece) => stream(typeof piece === 'string' ? Buffer.from(piece) : piece)).join('');
};

describe('a stream that is shown', () => {
  it.each([
    [['plain\n', 'text'], 'plain\ntext'],
    [['\u001b[2J\u001b]0;title\u0007'], '\\x1b[2J\\x1b]0;title\\x07'],
    [['\u001b', '[31m'], '\\x1b[31m'],
    [['10%\r', '20%\r', '\n'], '10%\n20%\n'],
    [['a\r\nb\r', '\nc\rd'], 'a\nb\nc\nd'],
    [['a\r\r\nb'], 'a\nb'],
    [['a\r', '\r', '.'], 'a\n.'],
  ] as const)('%j is %j', (pieces, text) => {
    expect(shown(...pieces)).toBe(text);
  });

  it('may be cut anywhere, within characters too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 5 }), (text, size) => {
        const bytes = Buffer.from(`${text}.`);
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        expect(shown(...pieces)).toBe(shown(bytes));
      }),
    );
  });

  it('lets nothing through that a terminal obeys, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (pieces) => {
        expect(shown(...pieces)).not.toMatch(/(?![\t\n])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});
