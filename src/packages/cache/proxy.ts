import { setMaxListeners } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { archiveAccess, asHostReaches } from './access.js';
import { answerHead } from './answer.js';
import { BoundedRecord } from './bounded-record.js';
import type { CacheProblem, Obtained } from './obtained.js';
import type { PackageCache } from './package-cache.js';
import { refuse, refuseTunnel, type Refusal } from './refusal.js';
import { openTunnel, type TunnelWorld } from './tunnel.js';

/** What a proxy is made with. */
export interface ProxyOptions {
  readonly cache: PackageCache;
  readonly tunnels: TunnelWorld;
  /** What the guest calls this host, where that is another name than the host has. */
  readonly guestCallsHost: string | undefined;
}

/** How much of a request is read before it is understood, in bytes. */
const headLimit = 16 * 1024;

/** Requests that may be under way at the same time, of all connections together, until their answers have been taken. */
const requestLimit = 256;

/** Tunnels that may be open at the same time: each holds a socket of this host. apt has one or two per archive. */
const tunnelLimit = 32;

/**
 * An HTTP proxy for apt: archives over http come from the cache, https ones are tunnelled to, and everything else is
 * refused. Who asks is not trusted in anything; but how many connections there may be is for those who make them to say.
 */
export class CacheProxy implements Disposable {
  readonly #options: ProxyOptions;
  readonly #server: Server;
  readonly #connections = new Map<Duplex, AbortController>();
  readonly #problems = new BoundedRecord<CacheProblem>(({ url, reason }) => url.length + reason.length);
  readonly #served = new BoundedRecord<string>((url) => url.length);
  #underway = 0;
  #tunnels = 0;
  #fault: Error | undefined;

  constructor(options: ProxyOptions) {
    this.#options = options;
    // A server that doesn't listen has no times for heads: each costs no more than its bytes, and a connection.
    const limits = { maxHeaderSize: headLimit, keepAliveTimeout: 3_600_000 };
    this.#server = createServer(limits, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        this.#fail(error);
        response.destroy();
      });
    });
    this.#server.on('connect', (request, client: Duplex, head: Buffer) => {
      client.unshift(head);
      this.#tunnel(request, client).catch((error: unknown) => {
        this.#fail(error);
        client.destroy();
      });
    });
    this.#server.on('upgrade', (_request, socket: Duplex) => socket.destroy());
    this.#server.on('clientError', (_error, socket: Duplex) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      else socket.destroy();
    });
  }

  /** Takes a connection on which somebody is going to ask. */
  readonly accept = (connection: Duplex): void => {
    const gone = new AbortController();
    setMaxListeners(requestLimit, gone.signal);
    this.#connections.set(connection, gone);
    connection.once('close', () => {
      this.#connections.delete(connection);
      gone.abort();
    });
    this.#server.emit('connection', connection);
  };

  /** What could not be had since this was last called, in order. Throws what went wrong in here, if anything did. */
  takeProblems(): readonly CacheProblem[] {
    if (this.#fault !== undefined) throw this.#fault;
    return this.#problems.take();
  }

  /** URLs of archives that were asked for since this was last called. */
  takeServed(): readonly string[] {
    return this.#served.take();
  }

  /** Cuts all connections. */
  [Symbol.dispose](): void {
    for (const connection of this.#connections.keys()) connection.destroy();
  }

  #fail(error: unknown): void {
    this.#fault ??= error instanceof Error ? error : new Error(String(error));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A body is nothing that GET has.
    request.resume();
    response.on('error', () => undefined);
    const refusal = this.#refusal() ?? methodRefusal(request);
    if (refusal !== undefined) {
      refuse(response, refusal);
      return;
    }
    const url = httpUrl(request.url ?? '', this.#options.guestCallsHost);
    if (url === undefined) {
      refuse(response, says(400, 'this is a proxy for http archives'));
      return;
    }
    const access = archiveAccess(url, this.#options.cache.rules);
    if (!access.granted) {
      const { reason } = access;
      this.#tell(response, { url: url.href, kind: 'forbidden', reason, status: 403 });
      return;
    }
    this.#underway++;
    try {
      await this.#serve(url, request, response);
    } finally {
      this.#underway--;
    }
  }

  async #serve({ href }: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    // An answer whose turn has not come hears nothing of its connection's end.
    const gone = this.#connections.get(request.socket)?.signal ?? AbortSignal.abort();
    this.#served.add(href);
    const obtained = await this.#options.cache.obtain(href, request.headers.authorization);
    if (obtained.kind === 'content') await send(obtained, { request, response, gone });
    else this.#tell(response, obtained.problem);
  }

  #tell(response: ServerResponse, problem: CacheProblem): void {
    this.#problems.add(problem);
    refuse(response, says(problem.status, problem.reason));
  }

  async #tunnel(request: IncomingMessage, client: Duplex): Promise<void> {
    client.on('error', () => client.destroy());
    const refusal = this.#refusal() ?? this.#tunnelRefusal();
    if (refusal !== undefined) {
      refuseTunnel(client, refusal);
      return;
    }
    this.#tunnels++;
    try {
      await this.#dig(request, client);
    } finally {
      this.#tunnels--;
    }
  }

  async #dig(request: IncomingMessage, client: Duplex): Promise<void> {
    const opened = await openTunnel(request.url ?? '', this.#options.tunnels);
    if (opened.kind === 'problem') {
      this.#problems.add(opened.problem);
      refuseTunnel(client, says(opened.problem.status, opened.problem.reason));
      return;
    }
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    await Promise.all([pipeline(client, opened.socket), pipeline(opened.socket, client)]).catch(
      () => undefined,
    );
  }

  #refusal(): Refusal | undefined {
    return this.#underway >= requestLimit ? says(503, 'too many requests at once') : undefined;
  }

  #tunnelRefusal(): Refusal | undefined {
    return this.#tunnels >= tunnelLimit ? says(503, 'too many tunnels at once') : undefined;
  }
}

/** The URL that a proxy is asked for. */
function httpUrl(text: string, guestCallsHost: string | undefined): URL | undefined {
  const url = /^http:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  return url === undefined ? undefined : new URL(asHostReaches(url.href, guestCallsHost));
}

/** A request, where its answer goes, and the end of the connection that both belong to. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly gone: AbortSignal;
}

async function send(
  { entry, path }: Extract<Obtained, { kind: 'content' }>,
  { request, response, gone }: Exchange,
): Promise<void> {
  if (gone.aborted) return;
  const { headers, method } = request;
  const { range, 'if-range': ifRange } = headers;
  const { 'if-modified-since': ifModifiedSince, 'if-none-match': ifNoneMatch } = headers;
  const asked = { range, ifRange: single(ifRange), ifModifiedSince, ifNoneMatch };
  const { status, headers: said, part } = answerHead(entry, asked);
  response.writeHead(status, said);
  if (method === 'HEAD' || part.end === part.start) {
    response.end();
    return;
  }
  const content = createReadStream(path, { start: part.start, end: part.end - 1, highWaterMark: 1 << 18 });
  // Whoever asked may have gone.
  await pipeline(content, response, { signal: gone }).catch(() => undefined);
}

function methodRefusal({ method }: IncomingMessage): Refusal | undefined {
  return method === 'GET' || method === 'HEAD' ? undefined : says(405, 'this is a cache');
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value[0];
}

function says(status: number, reason: string): Refusal {
  return { status, reason };
}
