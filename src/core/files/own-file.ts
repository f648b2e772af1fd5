import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { failure } from '../errors/gitian-error.js';
import { saysMissing } from '../words/system-words.js';

/** More than any text that this tool writes has, in bytes. */
const longest = 64 << 20;

/**
 * Opens a regular file for reading. Throws `path-unusable` where something else is in its place, of which reading would name
 * no path, or wait for a writer.
 */
export async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    // A socket, or a FIFO's like.
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') throw unusable(path, noFile);
    throw error;
  });
  const found = await file.stat();
  if (found.isFile()) return file;
  await file.close();
  throw unusable(path, found.isDirectory() ? 'it is a folder' : noFile);
}

/** The text of a file that this tool wrote; undefined where there is none. Throws as {@link openRegular} does. */
export async function readOwnText(path: string): Promise<string | undefined> {
  try {
    await using file = await openRegular(path);
    const { size } = await file.stat();
    if (size > longest) throw unusable(path, `it has more than ${String(longest)} bytes`);
    return await file.readFile('utf8');
  } catch (error) {
    if (saysMissing(error)) return undefined;
    throw error;
  }
}

const noFile = 'it is no regular file';

function unusable(path: string, reason: string): Error {
  return failure('path-unusable', { path, reason, hint: 'see what is there, and move it away: ls -ld' });
}
