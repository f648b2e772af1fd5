import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { literalAddress, reachFrom, type Reach } from './addresses.js';
import { guard, isThisHost } from './guard.js';
import { connectionProblem, proxyProblem, Silence, TransferProblem } from './problem.js';
import { Routes, type Route } from './routes.js';

/** How the network is used. */
export interface HttpOptions {
  /** URLs of proxies, as the environment names them. */
  readonly proxies: Proxies;
  /** How long to wait for a connection, an answer, and the next bytes, in milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** What servers are told of us. */
  readonly userAgent: string;
  /** Connections to a server that are kept for its next files; without it each file has one of its own. */
  readonly keptConnections?: number;
  /**
   * How far the connection for a URL may lead: throws where it may not be asked for at all. `ledBy` is how far the answer
   * may lead that redirected there. By default what is asked for may be anywhere, and leads as far as {@link Answer} says.
   */
  readonly reach?: (url: URL, ledBy: Reach | undefined) => Reach;
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
  /**
   * How far it may lead: from a public address, or from a name that a proxy looked up, to public ones alone, and from
   * another host's not to this one.
   */
  readonly reach: Reach;
}

/** How many redirections are followed. */
const redirections = 10;

/** What is asked for beside the URL. */
export interface Question {
  /** `GET` by default. */
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** How far an answer may lead that named this URL; without one it is the user's. */
  readonly ledBy?: Reach | undefined;
}

/** GETs and HEADs over http and https. */
export class HttpClient implements Disposable {
  readonly #options: HttpOptions;
  readonly #routes: Routes;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#routes = new Routes(options);
  }

  /** Asks for a URL and follows where it leads. Throws {@link TransferProblem}, or the signal's reason. */
  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask(url, { headers });
  }

  /** The same as {@link get}, with more to say. */
  async ask(url: string, question: Question): Promise<Answer> {
    let [at, asked] = [new URL(url), question];
    for (let count = 0; count <= redirections; count++) {
      const answer = await this.#ask(at, asked);
      const location = isRedirection(answer.status) ? answer.headers.get('location') : undefined;
      if (location === undefined) return answer;
      discard(answer);
      const to = followed(at, location);
      if (to.origin !== at.origin) asked = withoutSecrets(asked);
      [at, asked] = [to, { ...asked, ledBy: answer.reach }];
    }
    throw new TransferProblem(`it leads on more than ${String(redirections)} times`, { passing: false });
  }

  /** Ends what still goes on. */
  [Symbol.dispose](): void {
    this.#routes[Symbol.dispose]();
  }

  async #ask(url: URL, question: Question): Promise<Answer> {
    const route = this.#routes.to(url);
    try {
      const answer = await this.#send(url, question, route);
      return {
        status: answer.statusCode ?? 0,
        headers: single(answer.headers),
        body: answer,
        reach: reachOf(url, route.by === 'host' ? answer.socket.remoteAddress : undefined),
      };
    } catch (error) {
      this.#options.signal.throwIfAborted();
      throw route.by === 'proxy' ? proxyProblem(error) : connectionProblem(error);
    }
  }

  async #send(url: URL, question: Question, route: Route): Promise<IncomingMessage> {
    const { signal, userAgent, timeout, reach } = this.#options;
    const { ledBy, method = 'GET' } = question;
    const isProxied = route.by !== 'host';
    const lookup = guard(url, reach?.(url, ledBy) ?? ledBy ?? 'anywhere', { proxied: isProxied });
    const known = { 'user-agent': userAgent, 'accept-encoding': 'identity' };
    return new Promise((resolve, reject) => {
      const asked = route.request(url, {
        ...route.options,
        method,
        signal,
        headers: { ...known, ...question.headers, ...route.headers },
        ...(lookup === undefined ? {} : { lookup }),
      });
      // A proxy may take its time before there is a socket that could be silent.
      const patience = setTimeout(() => asked.destroy(new Silence('no answer', timeout)), timeout);
      let begun = false;
      asked.on('response', (answer) => {
        begun = true;
        clearTimeout(patience);
        asked.setTimeout(timeout, () => answer.destroy(new Silence('nothing came', timeout)));
        resolve(answer);
      });
      // Nothing else would follow on this answer, not even an error.
      asked.on('upgrade', (_answer, socket: Duplex) => {
        clearTimeout(patience);
        socket.destroy();
        reject(new TransferProblem('it answers in another protocol', { passing: false }));
      });
      asked.on('error', (error) => {
        clearTimeout(patience);
        // A kept connection may have been cut by the server when nobody looked. Of an answer its body tells what happens.
        if (!begun && asked.reusedSocket && isCut(error))
          this.#send(url, question, route).then(resolve, reject);
        else reject(error);
      });
      asked.end();
    });
  }
}

/** How far an answer may lead that came from this address, if it is known. */
function reachOf({ hostname }: URL, remote: string | undefined): Reach {
  const address = remote ?? literalAddress(hostname);
  if (address !== undefined) return reachFrom(address);
  return isThisHost(hostname) ? 'anywhere' : 'public';
}

/** Lets go of an answer whose body nobody wants. */
export function discard(answer: Answer): void {
  answer.body.on('error', () => undefined).destroy();
}

function withoutSecrets({ headers = {}, ...question }: Question): Question {
  const kept = Object.entries(headers).filter(([name]) => name !== 'authorization');
  return { ...question, headers: Object.fromEntries(kept) };
}

function isCut(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE';
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
