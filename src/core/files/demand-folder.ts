import { lstat, stat } from 'node:fs/promises';
import { failure } from '../errors/gitian-error.js';

/** Throws `not-a-folder` where something else, such as a link to nothing, is in a folder's place. Nothing may be there. */
export async function demandFolder(
  path: string,
  { what, shown }: { readonly what?: string; readonly shown: string },
): Promise<void> {
  const found = await stat(path)
    .catch(() => lstat(path))
    .catch(() => undefined);
  if (found?.isDirectory() === false) throw failure('not-a-folder', { what, path: shown });
}
