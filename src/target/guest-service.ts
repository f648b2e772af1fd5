import type { Duplex } from 'node:stream';
import type { StartedTarget } from './target.js';

/** A rare ability of started targets: letting the guest reach a service of this process. */
export interface ServesGuest {
  /**
   * Opens a port on the guest's own loopback and hands each connection to `accept`, until the service is disposed or the
   * target stops. Nothing else of the host becomes reachable. `accept` owns the connection, which may end at any time
   * and in any way: everything in the guest can make one.
   */
  serve(accept: (connection: Duplex) => void): Promise<GuestService>;
}

/** A service that the guest reaches. Disposing closes its port and cuts its connections. */
export interface GuestService extends AsyncDisposable {
  /** Where the guest reaches it: `127.0.0.1:<port>`. */
  readonly address: string;
}

/** Whether a target can do it. */
export function servesGuest(target: StartedTarget): target is StartedTarget & ServesGuest {
  return 'serve' in target;
}
