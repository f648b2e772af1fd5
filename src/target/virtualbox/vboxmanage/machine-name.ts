import { suiteArch, type Configuration } from '../../../core/workspace.js';

/** The snapshot that a machine is put back to before each build: of the running machine, just booted. */
export const cleanSnapshot = 'Gitian-Clean';

/** What a configuration's machine is called in VirtualBox: one for all of a user's workspaces, as in the original. */
export function machineName(configuration: Configuration): string {
  return `Gitian-${suiteArch(configuration)}`;
}
