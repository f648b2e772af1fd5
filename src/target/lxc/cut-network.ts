import { failure } from '../../core/errors/gitian-error.js';
import { packageFile } from '../../core/package-files.js';
import type { Privilege } from '../../core/privilege.js';
import { lastLine, run } from '../../core/process.js';
import { isAlive, type ProcessIdentity } from '../../core/process-identity.js';

/** Cuts the network of the container whose init this is, until the result is disposed; see `share/lxc/network.sh`. */
export async function cutNetwork(init: ProcessIdentity, privilege: Privilege): Promise<AsyncDisposable> {
  /** Undefined when it is done, else what was said. */
  const problemWith = async (what: 'cut' | 'join'): Promise<string | undefined> => {
    const args = [packageFile('share/lxc/network.sh'), String(init.pid), what];
    const { exitCode, stderr } = await run(privilege.asRoot({ program: 'sh', args, check: false }));
    return exitCode === 0 ? undefined : lastLine(stderr);
  };
  const reason = await problemWith('cut');
  if (reason !== undefined) throw failure('network-unchanged', { what: 'cut', reason });
  return {
    [Symbol.asyncDispose]: async () => {
      // With the container its network has gone, perhaps while this was tried.
      if (!(await isAlive(init)) || (await problemWith('join')) === undefined) return;
      if (!(await isAlive(init))) return;
      const reason = await problemWith('join');
      if (reason !== undefined) throw failure('network-unchanged', { what: 'given back', reason });
    },
  };
}
