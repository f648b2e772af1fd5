import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { failure } from '../core/errors/gitian-error.js';
import { recordPath } from './record.js';

/** Throws `base-exists` if there is anything at `image`. */
export async function refuseExisting(image: string): Promise<void> {
  if (await exists(image)) throw failure('base-exists', { name: basename(image) });
}

/**
 * A folder beside `image` in which it lies until it is whole. Folders of this image that processes left which are gone
 * are removed; those of processes that run stay.
 */
export async function stagingBeside(image: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const directory = dirname(image);
  const prefix = `.${basename(image)}.`;
  for (const name of await readdir(directory)) {
    const pid = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (/^\d+$/.test(pid) && !runs(Number(pid)))
      await rm(join(directory, name), { recursive: true, force: true });
  }
  const path = join(directory, `${prefix}${String(process.pid)}`);
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Moves an image and its record to where they are found. A record without an image means nothing, so it goes first. */
export async function placeImage(
  staged: { readonly image: string; readonly record: string },
  image: string,
): Promise<void> {
  await refuseExisting(image);
  await rename(staged.record, recordPath(image));
  await rename(staged.image, image);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    },
  );
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
