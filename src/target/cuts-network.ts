import type { StartedTarget } from './target.js';

/** A rare ability of started targets: taking the guest's network away for a while. */
export interface CutsNetwork {
  /**
   * Leaves the guest its own loopback, and what is served there, until the result is disposed: connections that are open
   * end too. Nothing in the guest can undo it, root included. Throws if it can't be done, and then nothing is cut.
   */
  cutNetwork(): Promise<AsyncDisposable>;
}

/** Whether a target can do it. */
export function cutsNetwork(target: StartedTarget): target is StartedTarget & CutsNetwork {
  return 'cutNetwork' in target;
}
