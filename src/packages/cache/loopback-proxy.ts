import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { CacheProxy, type ProxyOptions } from './proxy.js';

/** A proxy that listens on this host's loopback, for programs of this host that are told its secret. */
export interface LoopbackProxy extends AsyncDisposable {
  readonly proxy: CacheProxy;
  /** Its URL, with the secret as the password: not for command lines, which every user of the host can read. */
  readonly url: string;
}

/** How many connections are held at once; apt has one or two per archive. */
const connections = 64;

/** Starts a proxy on a free port of the loopback. */
export async function startLoopbackProxy(
  options: Omit<ProxyOptions, 'authorization' | 'guestCallsHost'>,
): Promise<LoopbackProxy> {
  const login = `gitian:${randomBytes(24).toString('hex')}`;
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  const proxy = new CacheProxy({ ...options, authorization, guestCallsHost: undefined });
  const { server } = proxy;
  server.maxConnections = connections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    proxy,
    url: `http://${login}@127.0.0.1:${String(port)}`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      proxy[Symbol.dispose]();
      await closed;
    },
  };
}
