import { join } from 'node:path';
import { sha256 } from '../../core/hashing.js';

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
