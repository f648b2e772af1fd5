import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tagOf } from '../digest.js';

/** What a server does with a request instead of answering it well. */
export type Misbehaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server on loopback: files in memory, ranges, entity tags; and what tests make it do wrong. */
export class FileServer implements AsyncDisposable {
  readonly requests: { readonly url: string; readonly headers: IncomingMessage['headers'] }[] = [];
  readonly #files = new Map<string, Buffer>();
  readonly #wrong = new Map<string, Misbehaviour>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const url = request.url ?? '';
      this.requests.push({ url, headers: request.headers });
      const wrong = this.#wrong.get(url);
      if (wrong === undefined) this.answer(request, response);
      else wrong(request, response);
    });
  }

  static async start(): Promise<FileServer> {
    const server = new FileServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path: string): string {
    return `http://127.0.0.1:${String(this.port)}${path}`;
  }

  put(path: string, content: string | Buffer): void {
    this.#files.set(path, Buffer.from(content));
    this.#wrong.delete(path);
  }

  misbehave(path: string, behaviour: Misbehaviour): void {
    this.#wrong.set(path, behaviour);
  }

  content(path: string): Buffer {
    return this.#files.get(path) ?? Buffer.alloc(0);
  }

  /** Answers well: the whole file, or the part that was asked for. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    const content = this.#files.get(request.url ?? '');
    if (content === undefined) {
      response.writeHead(404, { 'content-length': 0 }).end();
      return;
    }
    const etag = tagOf(content);
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const ranged = start > 0 && request.headers['if-range'] === etag;
    const body = ranged ? content.subarray(start) : content;
    response.writeHead(ranged ? 206 : 200, {
      etag,
      'content-length': body.length,
      ...(ranged
        ? {
            'content-range': `bytes ${String(start)}-${String(content.length - 1)}/${String(content.length)}`,
          }
        : {}),
    });
    response.end(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
