import { packageFile } from '../../../core/package-files.js';
import { runAsRoot, type Privilege } from '../../../core/processes/privilege.js';
import { programFailure } from './failure-reason.js';
import type { SessionControl } from './session-control.js';

/** The session of a container that another process started and left up. */
export function foundSession(name: string, privilege: Privilege): SessionControl {
  return {
    lost: undefined,
    detach: async () => Promise.resolve(true),
    // Whoever started it has gone, and with it the pipe that could tell.
    take: async () => Promise.resolve(false),
    seal: async () => Promise.resolve(undefined),
    stop: async () => {
      const args = [packageFile('share/lxc/stop.sh'), name];
      const { exitCode, stderr } = await runAsRoot({ program: 'sh', args, check: false }, privilege);
      if (exitCode === 0) return true;
      const problem = programFailure(stderr);
      if (problem !== undefined) throw problem;
      return false;
    },
  };
}
