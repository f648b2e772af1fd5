import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions } from 'node:tls';
import { openThroughProxy, type WayThrough } from './proxy-tunnel.js';

type Proxy = Omit<WayThrough, 'authority'>;
type Created = (error: Error | null, socket?: Duplex) => void;

/** Connections to https servers through a proxy. */
export class TunnelAgent extends Agent {
  readonly #proxy: Proxy;

  constructor(proxy: Proxy, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  /** What Node calls where no connection is free. */
  override createConnection(options: RequestOptions, created: Created): undefined {
    const host = options.host ?? '';
    const authority = `${host.includes(':') ? `[${host}]` : host}:${String(options.port)}`;
    openThroughProxy({ ...this.#proxy, authority })
      .then((socket) => connect({ ...(options as ConnectionOptions), ALPNProtocols: ['http/1.1'], socket }))
      .then((socket) => {
        created(null, socket);
      }, created);
  }
}
