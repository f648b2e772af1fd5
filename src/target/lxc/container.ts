import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessIdentity } from '../../core/processes/process-identity.js';
import { sha256 } from '../../core/files/hashing.js';

/** Where sessions keep their container's files, one folder per name. Short, fixed and plain, as LXC's socket names and configuration need. */
export const lxcPath = '/run/gitian';

/** The container's name in a workspace: unique on the host, so that workspaces build side by side. */
export function containerName(realWorkspaceRoot: string): string {
  return `gitian-${sha256(realWorkspaceRoot).slice(0, 12)}`;
}

/** The folder of a container that is up. */
export function runFolder(name: string): string {
  return join(lxcPath, name);
}

/** Whether the session of a container, which is root's, has noted these processes as its own and as the container's init. */
export async function isNoted(container: {
  readonly name: string;
  readonly session: ProcessIdentity;
  readonly init: ProcessIdentity;
}): Promise<boolean> {
  const { name, session, init } = container;
  if (!/^gitian-[0-9a-f]{12}$/.test(name)) return false;
  const note = async (file: string): Promise<string> =>
    readFile(join(runFolder(name), file), 'utf8').catch(() => '');
  return (
    (await note('pid')) === `${String(session.pid)}\n` && (await note('init')) === `${String(init.pid)}\n`
  );
}
