import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';

/** The kind of something in a folder. */
export type EntryKind = Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>;

/**
 * What is in a folder, in no order, a part of it at a time: a guest may put a million files into one. Names are bytes:
 * one that isn't UTF-8 couldn't be opened again from text.
 */
export async function* entriesOf(
  folder: Buffer,
): AsyncGenerator<{ readonly entry: EntryKind; readonly name: Buffer }> {
  // Node takes the encoding, and the types leave it out.
  const options = { encoding: 'buffer' as BufferEncoding, bufferSize: 1024 };
  for await (const entry of await opendir(folder, options)) {
    yield { entry, name: entry.name as unknown as Buffer };
  }
}
