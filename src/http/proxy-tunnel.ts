import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { proxyProblem, Silence, TransferProblem } from './problem.js';
import { proxyPlace } from './proxy-url.js';

/** A way through a proxy. */
export interface WayThrough {
  /** `<host>:<port>`, where it leads. */
  readonly authority: string;
  /** The proxy's URL, with its login if it wants one. */
  readonly proxy: string;
  /** How long to wait until it is open, in milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Asks a proxy for a tunnel. Throws {@link TransferProblem}: what a proxy says besides is nothing that the far host says. */
export async function openThroughProxy({ authority, proxy, timeout, signal }: WayThrough): Promise<Socket> {
  const { headers, ...place } = proxyPlace(proxy);
  const request = place.protocol === 'https:' ? requestHttps : requestHttp;
  const question = { method: 'CONNECT', path: authority, headers: { host: authority, ...headers } };
  return new Promise((resolve, reject) => {
    const asked = request({ ...place, ...question, agent: false, signal });
    const patience = setTimeout(() => asked.destroy(new Silence('no answer', timeout)), timeout);
    asked.on('error', (error) => {
      clearTimeout(patience);
      reject(proxyProblem(error));
    });
    asked.on('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      clearTimeout(patience);
      // What follows an answer in TLS may be no TLS.
      socket.on('error', () => undefined);
      if (statusCode === 200) {
        socket.unshift(head);
        resolve(socket);
      } else {
        socket.destroy();
        reject(new TransferProblem(`the proxy says ${String(statusCode)}`, { passing: statusCode >= 500 }));
      }
    });
    asked.end();
  });
}
