import { chmodSync, lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { entriesOf } from './folder-entries.js';
import { makeFolder } from './make-folder.js';

/** Names of staging folders begin so. */
const prefix = '.gitian-staging-';

/**
 * A folder in which results grow until they are whole and can be renamed into place. It lies beside them, so that a
 * rename is enough. The caller holds the workspace's lock: any other staging folder is of a run that was killed, and goes.
 */
export async function staging(parent: string): Promise<{ readonly path: string } & AsyncDisposable> {
  await makeFolder(parent);
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await removeTree(join(parent, name));
  }
  const path = await mkdtemp(join(parent, prefix));
  return {
    path,
    [Symbol.asyncDispose]: () => removeTree(path),
  };
}

/**
 * Removes a folder that a target's files may lie in: also from directories that their owner may not write into, and in
 * little memory however many they are, which Node's own function isn't.
 */
export async function removeTree(path: string): Promise<void> {
  const found = await lstat(path).catch(unlessGone);
  if (found?.isDirectory() === true)
    await removeFolder(Buffer.from(path), Buffer.from('/')).catch(unlessGone);
  else await rm(path, { force: true });
}

/** Somebody else may be removing the same. */
function unlessGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

async function removeFolder(folder: Buffer, slash: Buffer): Promise<void> {
  if ((lstatSync(folder).mode & 0o700) !== 0o700) chmodSync(folder, 0o700);
  for await (const { entry, name } of entriesOf(folder)) {
    const path = Buffer.concat([folder, slash, name]);
    if (entry.isDirectory()) await removeFolder(path, slash).catch(unlessGone);
    else unlinkNow(path);
  }
  rmdirSync(folder);
}

/** At once: a thread would take longer to be asked than this takes. */
function unlinkNow(path: Buffer): void {
  try {
    unlinkSync(path);
  } catch (error) {
    unlessGone(error);
  }
}
