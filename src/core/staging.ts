import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of staging folders begin so. */
const prefix = '.gitian-staging-';

/**
 * A folder in which results grow until they are whole and can be renamed into place. It lies beside them, so that a
 * rename is enough. The caller holds the workspace's lock: any other staging folder is of a run that was killed, and goes.
 */
export async function staging(parent: string): Promise<{ readonly path: string } & AsyncDisposable> {
  await mkdir(parent, { recursive: true });
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await removeTree(join(parent, name));
  }
  const path = await mkdtemp(join(parent, prefix));
  return {
    path,
    [Symbol.asyncDispose]: () => removeTree(path),
  };
}

/** Removes a folder that a target's files may lie in: also from directories that their owner may not write into. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    await makeRemovable(Buffer.from(path));
    await rm(path, { recursive: true, force: true });
  }
}

async function makeRemovable(directory: Buffer): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true, encoding: 'buffer' })) {
    if (!entry.isDirectory()) continue;
    await makeRemovable(Buffer.concat([directory, Buffer.from('/'), entry.name]));
  }
}
