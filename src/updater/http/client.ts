import {
  Agent as HttpAgent,
  request as requestHttp,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { isWithoutProxy } from './no-proxy.js';
import { connectionProblem, TransferProblem } from './problem.js';

/** How the network is used. */
export interface HttpOptions {
  /** URLs of proxies, as the environment names them. */
  readonly proxies: Proxies;
  /** How long to wait for a connection, an answer, and the next bytes, in milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** What servers are told of us. */
  readonly userAgent: string;
}

/** `http_proxy`, `https_proxy` and `no_proxy`; empty text is none. */
export interface Proxies {
  readonly http: string;
  readonly https: string;
  readonly none: string;
}

/** A server's answer. Its body must be read or destroyed. */
export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Readable;
}

/** How many redirections are followed. */
const redirections = 10;

/** GETs over http and https. */
export class HttpClient implements Disposable {
  readonly #options: HttpOptions;
  readonly #direct = { 'http:': new HttpAgent(), 'https:': new HttpsAgent() };
  readonly #proxied: {
    readonly 'http:': HttpProxyAgent<string> | undefined;
    readonly 'https:': HttpsProxyAgent<string> | undefined;
  };

  constructor(options: HttpOptions) {
    this.#options = options;
    const { http, https } = options.proxies;
    this.#proxied = {
      'http:': http === '' ? undefined : new HttpProxyAgent(proxyUrl(http)),
      'https:': https === '' ? undefined : new HttpsProxyAgent(proxyUrl(https)),
    };
  }

  /** Asks for a URL and follows where it leads. Throws {@link TransferProblem}, or the signal's reason. */
  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    let at = new URL(url);
    for (let count = 0; count <= redirections; count++) {
      const answer = await this.#ask(at, headers);
      const location = isRedirection(answer.status) ? answer.headers.get('location') : undefined;
      if (location === undefined) return answer;
      answer.body.on('error', () => undefined).destroy();
      at = followed(at, location);
    }
    throw new TransferProblem(`it leads on more than ${String(redirections)} times`, { passing: false });
  }

  /** Ends what still goes on. */
  [Symbol.dispose](): void {
    for (const agent of [...Object.values(this.#direct), ...Object.values(this.#proxied)]) agent?.destroy();
  }

  async #ask(url: URL, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const { signal } = this.#options;
    try {
      const answer = await this.#send(url, headers);
      return { status: answer.statusCode ?? 0, headers: single(answer.headers), body: answer };
    } catch (error) {
      signal.throwIfAborted();
      throw connectionProblem(error);
    }
  }

  #send(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const { signal, userAgent, timeout } = this.#options;
    const scheme = url.protocol === 'https:' ? 'https:' : 'http:';
    const request = scheme === 'https:' ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const asked = request(url, {
        agent: this.#agent(url, scheme),
        signal,
        headers: { 'user-agent': userAgent, 'accept-encoding': 'identity', ...headers },
      });
      // A proxy may take its time before there is a socket that could be silent.
      const patience = setTimeout(() => asked.destroy(silence('no answer', timeout)), timeout);
      asked.on('response', (answer) => {
        clearTimeout(patience);
        asked.setTimeout(timeout, () => answer.destroy(silence('nothing came', timeout)));
        resolve(answer);
      });
      asked.on('error', (error) => {
        clearTimeout(patience);
        reject(error);
      });
      asked.end();
    });
  }

  #agent(url: URL, scheme: 'http:' | 'https:'): HttpAgent | HttpProxyAgent<string> | HttpsProxyAgent<string> {
    const proxied = isWithoutProxy(url, this.#options.proxies.none) ? undefined : this.#proxied[scheme];
    return proxied ?? this.#direct[scheme];
  }
}

function silence(what: string, timeout: number): TransferProblem {
  return new TransferProblem(`${what} for ${String(timeout / 1000)} s`, { passing: true });
}

/** Some write a proxy without its scheme. */
function proxyUrl(proxy: string): string {
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isRedirection(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** Where a redirection leads: never to a file of this machine, and never from https to http. */
function followed(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to === undefined) throw new TransferProblem('it leads to something that is no URL', { passing: false });
  if (to.protocol !== 'https:' && to.protocol !== 'http:') {
    throw new TransferProblem(`it leads to a ${to.protocol.slice(0, -1)} address`, { passing: false });
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new TransferProblem('it leads from https to http', { passing: false });
  }
  return to;
}

/** Of a header that is there more than once, the first. */
function single(headers: IncomingHttpHeaders): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) found.set(name, first);
  }
  return found;
}
