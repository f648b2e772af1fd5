import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** A file that was read whole, or why not. */
export type BoundedFile =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads a regular file of at most `limit` bytes, once. Never waits for a pipe or a device that somebody put there. */
export async function readBoundedFile(path: string, limit: number): Promise<BoundedFile> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) return { kind: 'unreadable', reason: 'it is not a file' };
    if (found.size > limit) return { kind: 'unreadable', reason: `it has more than ${String(limit)} bytes` };
    const bytes = Buffer.alloc(found.size);
    const { bytesRead } = await file.read(bytes, 0, found.size, 0);
    return { kind: 'read', bytes: bytes.subarray(0, bytesRead) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { kind: 'missing' }
      : { kind: 'unreadable', reason: message };
  }
}
