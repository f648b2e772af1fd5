import type { Readable } from 'node:stream';
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
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
export class HttpClient implements AsyncDisposable {
  readonly #dispatchers: Readonly<Record<'http:' | 'https:', Dispatcher>>;
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    this.#options = options;
    const { http, https } = options.proxies;
    this.#dispatchers = { 'http:': dispatcher(http, options), 'https:': dispatcher(https, options) };
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
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatchers['http:'].destroy();
    await this.#dispatchers['https:'].destroy();
  }

  async #ask(url: URL, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const { signal, userAgent, timeout } = this.#options;
    try {
      const answer = await request(url, {
        dispatcher: this.#dispatchers[url.protocol === 'https:' ? 'https:' : 'http:'],
        signal,
        headersTimeout: timeout,
        bodyTimeout: timeout,
        headers: { 'user-agent': userAgent, 'accept-encoding': 'identity', ...headers },
      });
      return { status: answer.statusCode, headers: single(answer.headers), body: answer.body };
    } catch (error) {
      signal.throwIfAborted();
      throw connectionProblem(error, timeout / 1000);
    }
  }
}

/** Each scheme has its own proxy or none, as the variables are meant. */
function dispatcher(proxy: string, { proxies, timeout }: HttpOptions): Dispatcher {
  const connect = { timeout };
  if (proxy === '') return new Agent({ connect });
  return new EnvHttpProxyAgent({
    connect,
    proxyTls: connect,
    requestTls: connect,
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy: proxies.none,
    // Plain requests go through a proxy as such: many allow tunnels to port 443 only.
    proxyTunnel: false,
  });
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
function single(headers: Readonly<Record<string, string | string[] | undefined>>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) found.set(name, first);
  }
  return found;
}
