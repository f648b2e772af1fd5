import {
  createServer,
  request as ask,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tagOf } from '../digest.js';

/** What an archive does with a request instead of answering it well. */
export type Misbehaviour = (
  request: IncomingMessage,
  response: ServerResponse,
  /** `good` answers it well; `count` is how often this file was asked for before. */
  how: { readonly good: () => void; readonly count: number },
) => void;

/** One request that an archive has seen. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly status: number;
}

interface ArchiveFile {
  readonly content: Buffer;
  readonly lastModified: string;
}

/**
 * A real archive on this host's loopback: files in memory with dates and entity tags, conditional questions, parts, and
 * what tests make it do wrong. It also answers as a proxy: for any host it has its own files, unless it was told which
 * host it is; then it hands questions to others on.
 */
export class ArchiveServer implements AsyncDisposable {
  readonly #files = new Map<string, ArchiveFile>();
  readonly #wrong = new Map<string, { how: Misbehaviour; count: number }>();
  readonly #server: Server;
  readonly #seen: SeenRequest[] = [];
  #delay = 0;
  #connections = 0;
  #now = 0;
  #most = 0;

  readonly #host: string | undefined;

  private constructor(host: string | undefined) {
    this.#host = host;
    this.#server = createServer((request, response) => {
      this.#most = Math.max(this.#most, ++this.#now);
      response.once('close', () => {
        this.#now--;
        const { method = '', headers } = request;
        const url = this.#host === undefined ? pathOf(request) : (request.url ?? '');
        this.#seen.push({ method, url, headers, status: response.statusCode });
      });
      setTimeout(() => {
        this.#handle(request, response);
      }, this.#delay);
    });
    this.#server.on('connection', () => this.#connections++);
    this.#server.on('connect', (_request, socket: Socket) => socket.destroy());
  }

  /** Starts one; `host` is what it is called by those who take it for a proxy. */
  static async start(host?: string): Promise<ArchiveServer> {
    const server = new ArchiveServer(host);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  url(path: string): string {
    return `${this.origin}${path}`;
  }

  /** How often it was connected to. */
  get connections(): number {
    return this.#connections;
  }

  /** How many requests waited for their answers at the same time. */
  get mostAtOnce(): number {
    return this.#most;
  }

  /** Requests so far, in the order of their ends; only those for paths that match. */
  seen(path = /./): SeenRequest[] {
    return this.#seen.filter(({ url }) => path.test(url));
  }

  /** How long it takes before it answers, in milliseconds. */
  answersAfter(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  put(path: string, content: string | Buffer, changed = new Date('2024-01-01T00:00:00Z')): void {
    this.#files.set(path, { content: Buffer.from(content), lastModified: changed.toUTCString() });
    this.#wrong.delete(path);
  }

  remove(path: string): void {
    this.#files.delete(path);
  }

  misbehave(path: string, how: Misbehaviour): void {
    this.#wrong.set(path, { how, count: 0 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const asked = new URL(request.url ?? '', this.origin);
    if (this.#host !== undefined && ![this.#host, '127.0.0.1'].includes(asked.hostname)) {
      handOn(asked, request, response);
      return;
    }
    const good = (): void => {
      this.#answer(request, response);
    };
    const wrong = this.#wrong.get(pathOf(request));
    if (wrong === undefined) good();
    else wrong.how(request, response, { good, count: wrong.count++ });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const file = this.#files.get(pathOf(request));
    if (file === undefined) {
      response.writeHead(404, { 'content-length': 0 }).end();
      return;
    }
    const { content, lastModified } = file;
    const etag = tagOf(content);
    const { headers, method } = request;
    const facts = { etag, 'last-modified': lastModified };
    if (
      headers['if-none-match'] === etag ||
      (headers['if-none-match'] === undefined && headers['if-modified-since'] === lastModified)
    ) {
      response.writeHead(304, facts).end();
      return;
    }
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const ranged = start > 0 && headers['if-range'] === etag;
    const body = ranged ? content.subarray(start) : content;
    const range = `bytes ${String(start)}-${String(content.length - 1)}/${String(content.length)}`;
    response.writeHead(ranged ? 206 : 200, {
      ...facts,
      'content-length': body.length,
      ...(ranged ? { 'content-range': range } : {}),
    });
    response.end(method === 'HEAD' ? undefined : body);
  }
}

/** What a proxy does. */
function handOn(url: URL, { method = 'GET', headers }: IncomingMessage, response: ServerResponse): void {
  const onward = ask(url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  onward.end();
}

/** The path of a request, also of one to a proxy. */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.replace(/^http:\/\/[^/]*/, '');
}
