import { packageFile } from '../../core/package-files.js';
import type { Privilege } from '../../core/privilege.js';
import { run, type ProcessResult } from '../../core/process.js';
import { isAlive, type ProcessIdentity } from '../process-identity.js';

/** Cuts the network of the container whose init this is, until the result is disposed; see `share/lxc/network.sh`. */
export async function cutNetwork(init: ProcessIdentity, privilege: Privilege): Promise<AsyncDisposable> {
  const rules = async (what: 'cut' | 'join', check: boolean): Promise<ProcessResult> => {
    const args = [packageFile('share/lxc/network.sh'), String(init.pid), what];
    return run(privilege.asRoot({ program: 'sh', args, check }));
  };
  await rules('cut', true);
  return {
    [Symbol.asyncDispose]: async () => {
      // With the container its network has gone, perhaps while this was tried.
      if (!(await isAlive(init))) return;
      const { exitCode } = await rules('join', false);
      if (exitCode !== 0 && (await isAlive(init))) await rules('join', true);
    },
  };
}
