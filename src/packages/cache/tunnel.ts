import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { literalAddress, type Reach } from '../../http/addresses.js';
import type { Proxies } from '../../http/client.js';
import { guard } from '../../http/guard.js';
import { isWithoutProxy } from '../../http/no-proxy.js';
import { connectionProblem, Silence } from '../../http/problem.js';
import { openThroughProxy } from '../../http/proxy-tunnel.js';
import { tunnelAccess, type TunnelRules } from './access.js';
import type { CacheProblem } from './obtained.js';

/** What tunnels are opened with. */
export interface TunnelWorld {
  readonly rules: TunnelRules;
  readonly offline: boolean;
  readonly proxies: Proxies;
  /** How long to wait for a connection, in milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** A way to an https archive, or why there is none. */
export type Tunnel =
  | { readonly kind: 'open'; readonly socket: Socket }
  | { readonly kind: 'problem'; readonly problem: CacheProblem };

/** How long a tunnel may be silent, in milliseconds. */
const idle = 600_000;

/** Opens a way to `authority`, `<host>:<port>`, through the host's own proxy where it has one. */
export async function openTunnel(authority: string, world: TunnelWorld): Promise<Tunnel> {
  const url = `https://${authority}`;
  const [, host = '', port = ''] = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):(\d{1,5})$/i.exec(authority) ?? [];
  if (host === '' || !URL.canParse(url))
    return problem(url, 'forbidden', `"${authority}" is no host and port`);
  const access = tunnelAccess(host, Number(port), world.rules);
  if (!access.granted) return problem(url, 'forbidden', access.reason);
  if (world.offline) return problem(url, 'missing', 'archives over https are not in the package cache');
  try {
    const socket = await connection({ url: new URL(url), port: Number(port), reach: access.reach }, world);
    socket.setTimeout(idle, () => socket.destroy());
    socket.on('error', () => undefined);
    return { kind: 'open', socket };
  } catch (error) {
    world.signal.throwIfAborted();
    return problem(url, 'failed', connectionProblem(error).message);
  }
}

async function connection(
  { url, port, reach }: { readonly url: URL; readonly port: number; readonly reach: Reach },
  world: TunnelWorld,
): Promise<Socket> {
  const proxy = isWithoutProxy(url, world.proxies.none) ? '' : world.proxies.https;
  const lookup = guard(url, reach, { proxied: proxy !== '' });
  const authority = `${url.hostname}:${String(port)}`;
  const { timeout, signal } = world;
  if (proxy !== '') return openThroughProxy({ authority, proxy, timeout, signal });
  const host = literalAddress(url.hostname) ?? url.hostname;
  return directly({ host, port, allowHalfOpen: true, ...(lookup === undefined ? {} : { lookup }) }, world);
}

async function directly(options: TcpNetConnectOpts, { timeout, signal }: TunnelWorld): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...options, signal, timeout });
    socket.once('timeout', () => socket.destroy(new Silence('no answer', timeout)));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeAllListeners('timeout');
      resolve(socket);
    });
  });
}

function problem(url: string, kind: 'forbidden' | 'missing' | 'failed', reason: string): Tunnel {
  const status = { forbidden: 403, missing: 404, failed: 424 }[kind];
  return { kind: 'problem', problem: { url, kind, reason, status } };
}
