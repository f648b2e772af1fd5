import { failure } from '../../core/errors/gitian-error.js';
import { packageFile } from '../../core/package-files.js';
import { runAsRoot, type Privilege } from '../../core/processes/privilege.js';
import { lastLine, type ProcessResult } from '../../core/processes/process.js';
import { isAlive, type ProcessIdentity } from '../../core/processes/process-identity.js';

/** Cuts the network of the container whose init this is, until the result is disposed; see `share/lxc/network.sh`. */
export async function cutNetwork(init: ProcessIdentity, privilege: Privilege): Promise<AsyncDisposable> {
  const tell = async (...what: readonly string[]): Promise<ProcessResult> => {
    const args = [packageFile('share/lxc/network.sh'), String(init.pid), init.startTime, ...what];
    return runAsRoot({ program: 'sh', args, check: false }, privilege);
  };
  const cut = await tell('cut');
  if (cut.exitCode !== 0) throw failure('network-unchanged', { what: 'cut', reason: lastLine(cut.stderr) });
  const route = cut.stdout.trim().split(/\s+/);
  return {
    [Symbol.asyncDispose]: async () => {
      // With the container its network has gone, perhaps while this was tried.
      if (!(await isAlive(init))) return;
      const joined = await tell('join', ...route);
      if (joined.exitCode === 0 || !(await isAlive(init))) return;
      throw failure('network-unchanged', { what: 'given back', reason: lastLine(joined.stderr) });
    },
  };
}
