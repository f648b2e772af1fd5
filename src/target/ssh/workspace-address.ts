import { failure } from '../../core/errors/gitian-error.js';
import { readBoundedFile } from '../../core/files/bounded-file.js';
import type { Workspace } from '../../core/workspace.js';
import type { SshAddress } from './address.js';

/** Where the ssh server of a machine of this host is, and the workspace's key that opens it. Throws `file-unreadable` without the workspace's key. */
export async function workspaceAddress(
  { sshKey }: Workspace,
  { port, hostKey }: { readonly port: number; readonly hostKey: string | undefined },
): Promise<SshAddress> {
  const key = await readBoundedFile(sshKey, 1 << 20);
  if (key.kind !== 'read') {
    const what = 'key that machines are logged in to with';
    throw failure('file-unreadable', { what, path: sshKey, reason: key.reason }).withHint(
      `copy it, and ${sshKey}.pub, from the workspace that the base image was made in, or make the image again`,
    );
  }
  const privateKey = Buffer.from(key.bytes).toString();
  return { host: '127.0.0.1', port, user: 'root', privateKey, hostKey };
}
