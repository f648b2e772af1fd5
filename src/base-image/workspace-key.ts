import { link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../core/files/exists.js';
import { failure } from '../core/errors/gitian-error.js';
import { removeLeftovers } from '../core/files/leftovers.js';
import { uniqueMark } from '../core/files/owner-mark.js';
import { lastLine, run } from '../core/processes/process.js';
import type { Workspace } from '../core/workspace.js';
import { writeWhole } from '../core/files/write-whole.js';

/**
 * The public key, one line, that machines of this workspace let in. Makes the pair `var/id_rsa` and `var/id_rsa.pub`
 * where there is none; a private key that is there stays. The folder has to be there.
 */
export async function workspaceKey(workspace: Workspace, signal: AbortSignal): Promise<string> {
  await removeLeftovers(workspace.var, { before: prefix, after: '' });
  if (!(await exists(workspace.sshKey))) await makeKey(workspace, signal);
  // Asked of the private key, whatever lies beside it; without a passphrase, since nobody is there to type one.
  const { exitCode, stdout, stderr } = await run({
    program: 'ssh-keygen',
    args: ['-y', '-P', '', '-f', workspace.sshKey],
    check: false,
    signal,
  });
  if (exitCode !== 0)
    throw failure('base-key-unusable', { path: workspace.sshKey, reason: lastLine(stderr) });
  if (!(await exists(workspace.sshPublicKey))) await writeWhole(workspace.sshPublicKey, stdout);
  return stdout.trim();
}

/** What the name of a folder begins with in which a key is made. */
const prefix = '.id_rsa.';

async function makeKey(workspace: Workspace, signal: AbortSignal): Promise<void> {
  const folder = join(workspace.var, `${prefix}${uniqueMark()}`);
  await mkdir(folder, { mode: 0o700 });
  try {
    const made = join(folder, 'id_rsa');
    const args = ['-q', '-t', 'rsa', '-b', '3072', '-N', '', '-C', 'gitian', '-f', made];
    await run({ program: 'ssh-keygen', args, signal });
    // Another process may have been quicker: the first one's key counts.
    await link(made, workspace.sshKey).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
