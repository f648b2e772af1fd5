import { stat } from 'node:fs/promises';

/**
 * What a file is just now, links followed, without reading it: the same text again says that nobody has written to it,
 * replaced it or renamed it in between. Times are to the nanosecond, as far as the file system keeps them.
 */
export async function fileState(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return `unknown: ${String((error as NodeJS.ErrnoException).code)}`;
  }
}
