import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeLeftovers } from './leftovers.js';
import { ownMark } from './owner-mark.js';

/** A folder that is gone when it is disposed of. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a folder for temporary files that only this user can look into; `purpose` becomes a part of its name. Those that
 * killed processes left are removed on the occasion. That it can't be removed, as on a disk that has become read-only,
 * is no reason to fail: the next one will be.
 */
export async function temporaryFolder(purpose: string, parent = tmpdir()): Promise<TemporaryFolder> {
  const before = `gitian-${purpose}-`;
  await removeLeftovers(parent, { before, after: '' });
  const path = await mkdtemp(join(parent, `${before}${ownMark}-`));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }).catch(() => undefined),
  };
}
