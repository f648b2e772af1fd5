import type { Readable } from 'node:stream';

/** How much output of one program is kept, in bytes. */
const limit = 64 * 1024 * 1024;

/** Keeps what a program writes, as text. Whoever writes more than is kept finds its pipe closed. */
export function captured(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, limit - size);
    chunks.push(kept);
    size += kept.length;
    if (kept.length < chunk.length) stream.destroy();
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
