import { request as ask } from 'node:http';
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { literalAddress, type Reach } from '../../http/addresses.js';
import type { Proxies } from '../../http/client.js';
import { guard } from '../../http/guard.js';
import { proxyUrl } from '../../http/proxy-url.js';
import { isWithoutProxy } from '../../http/no-proxy.js';
import { connectionProblem, Silence, TransferProblem } from '../../http/problem.js';
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
  if (proxy !== '') return throughProxy(`${url.hostname}:${String(port)}`, proxy, world);
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

/** Asks the host's own proxy for the way on. */
async function throughProxy(authority: string, proxy: string, world: TunnelWorld): Promise<Socket> {
  const { hostname, port, username, password } = new URL(proxyUrl(proxy));
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const { timeout, signal } = world;
  return new Promise((resolve, reject) => {
    const asked = ask({
      method: 'CONNECT',
      host: literalAddress(hostname) ?? hostname,
      port: port === '' ? 80 : Number(port),
      path: authority,
      headers: {
        host: authority,
        ...(username === ''
          ? {}
          : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
      },
      agent: false,
      signal,
      timeout,
    });
    asked.once('timeout', () => asked.destroy(new Silence('no answer', timeout)));
    asked.once('error', reject);
    asked.once('response', (answer) => {
      answer.destroy();
      reject(new TransferProblem(`the proxy says ${String(answer.statusCode)}`, { passing: false }));
    });
    asked.once('connect', (answer, socket: Socket) => {
      if (answer.statusCode === 200) resolve(socket);
      else {
        socket.destroy();
        reject(new TransferProblem(`the proxy says ${String(answer.statusCode)}`, { passing: false }));
      }
    });
    asked.end();
  });
}

function problem(url: string, kind: 'forbidden' | 'missing' | 'failed', reason: string): Tunnel {
  const status = { forbidden: 403, missing: 404, failed: 424 }[kind];
  return { kind: 'problem', problem: { url, kind, reason, status } };
}
