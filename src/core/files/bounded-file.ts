import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { saysMissing, systemWords } from '../words/system-words.js';

/** A file that was read whole, or why not. */
export type BoundedFile = { readonly kind: 'read'; readonly bytes: Uint8Array } | NoFile;

/** A file that could be read whole. */
export interface FoundFile {
  readonly kind: 'found';
  readonly size: number;
}

type NoFile =
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads a regular file of at most `limit` bytes, once. Never waits for a pipe or a device that somebody put there. */
export async function readBoundedFile(path: string, limit: number): Promise<BoundedFile> {
  try {
    await using file = await open(path, flags);
    const found = await file.stat();
    const problem = problemWith(found, limit);
    if (problem !== undefined) return { kind: 'unreadable', reason: problem };
    const bytes = Buffer.alloc(found.size);
    const { bytesRead } = await file.read(bytes, 0, found.size, 0);
    return { kind: 'read', bytes: bytes.subarray(0, bytesRead) };
  } catch (error) {
    return failed(error);
  }
}

/**
 * The same at once: for thousands of small files, of which each would wait four times for a thread that has nothing
 * to wait for.
 */
export function readBoundedFileNow(path: string, limit: number): BoundedFile {
  return openedNow(path, limit, readNow);
}

/** The same for a file of at most `small` bytes; of a larger one it only says how large it is. */
export function readSmallFileNow(path: string, limit: number, small: number): BoundedFile | FoundFile {
  return openedNow(path, limit, (file, size) =>
    size > small ? { kind: 'found', size } : readNow(file, size),
  );
}

function readNow(file: number, size: number): BoundedFile {
  const bytes = Buffer.allocUnsafeSlow(size);
  return { kind: 'read', bytes: bytes.subarray(0, readSync(file, bytes, 0, size, 0)) };
}

function openedNow<R>(path: string, limit: number, use: (file: number, size: number) => R): R | NoFile {
  try {
    const file = openSync(path, flags);
    try {
      const found = fstatSync(file);
      const problem = problemWith(found, limit);
      return problem === undefined ? use(file, found.size) : { kind: 'unreadable', reason: problem };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return failed(error);
  }
}

const flags = constants.O_RDONLY | constants.O_NONBLOCK;

function problemWith(found: { isFile(): boolean; readonly size: number }, limit: number): string | undefined {
  if (!found.isFile()) return 'it is not a file';
  return found.size > limit ? `it has more than ${String(limit)} bytes` : undefined;
}

function failed(error: unknown): NoFile {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return { kind: saysMissing(error) ? 'missing' : 'unreadable', reason: systemWords(error) };
}
