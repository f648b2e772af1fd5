import { mkdir, readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { uniqueMark } from '../../core/files/owner-mark.js';
import { runAsRoot, type Privilege } from '../../core/processes/privilege.js';

/** Replaces a target's folder by a new one, and removes what the guest wrote into the old. */
export async function freshFolder(folder: string, privilege: Privilege, signal: AbortSignal): Promise<void> {
  // A rename is done or not done; what an interrupted removal leaves is found by its name next time.
  await rename(folder, `${folder}${oldEnding}${uniqueMark()}`).catch(ignoreMissing);
  // What root of the guest writes there may be set-id: no other user of the host may get at it.
  await mkdir(folder, 0o700);
  const prefix = `${basename(folder)}${oldEnding}`;
  const old = (await readdir(dirname(folder))).filter((name) => name.startsWith(prefix));
  if (old.length === 0) return;
  const paths = old.map((name) => join(dirname(folder), name));
  const args = ['-rf', '--one-file-system', '--', ...paths];
  await runAsRoot({ program: 'rm', args, stdout: 'ignore', signal }, privilege);
}

const oldEnding = '.old-';

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
