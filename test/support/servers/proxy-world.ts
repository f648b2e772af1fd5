import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request as ask, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach } from 'vitest';
import { PackageCache } from '../../../src/packages/cache/package-cache.js';
import { CacheProxy } from '../../../src/packages/cache/proxy.js';
import { ArchiveServer } from './archive-server.js';

/** The path of a file that the archive has. */
export const deb = '/pool/main/a/a_1_amd64.deb';

/** What `deb` is. */
export const content = randomBytes(2 << 20);

interface Answered {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function listening(accept: (socket: Socket) => void): Promise<Server> {
  const made = createServer(accept).listen(0, '127.0.0.1');
  await once(made, 'listening');
  return made;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** What there is for one test. */
interface Parts {
  readonly folder: string;
  readonly archive: ArchiveServer;
  readonly secret: Server;
  readonly server: Server;
}

/** A proxy before a package cache, as a guest sees it, anew for each test. */
class ProxyWorld {
  #parts: Parts | undefined;
  #opened: { readonly cache: PackageCache; readonly proxy: CacheProxy } | undefined;

  async begin(): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'gitian-proxy-'));
    const archive = await ArchiveServer.start();
    archive.put(deb, content);
    const secret = await listening((socket) =>
      socket.on('data', (bytes) => socket.end(`secret ${bytes.toString()}`)),
    );
    const server = await listening((socket) => {
      this.proxy.accept(socket);
    });
    this.#parts = { folder, archive, secret, server };
    await this.openProxy();
  }

  async end(): Promise<void> {
    const { folder, archive, secret, server } = begun(this.#parts);
    server.close();
    secret.close();
    await this.#closeProxy();
    await archive[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }

  /** Opens the proxy and its cache otherwise. */
  async openProxy(offline = false, upstream = '', leadOn = true): Promise<void> {
    await this.#closeProxy();
    const rules = {
      chosen: new Set([
        this.archive.origin,
        `https://127.0.0.1:${String(this.secretPort)}`,
        'http://far.example',
        'https://far.example:444',
      ]),
      named: new Set<string>(),
    };
    const proxies = { http: '', https: upstream, none: '127.0.0.1' };
    const { signal } = new AbortController();
    const cache = await PackageCache.open({
      folder: begun(this.#parts).folder,
      rules,
      proxies,
      offline,
      userAgent: 'test',
      signal,
      manner: { timeout: 2000, pauses: [1] },
    });
    const tunnels = { rules: { ...rules, leadOn }, offline, proxies, timeout: 2000, signal };
    const proxy = new CacheProxy({ cache, tunnels, guestCallsHost: '10.0.2.2' });
    this.#opened = { cache, proxy };
  }

  async #closeProxy(): Promise<void> {
    this.#opened?.proxy[Symbol.dispose]();
    await this.#opened?.cache[Symbol.asyncDispose]();
  }

  /** Has `deb`. */
  get archive(): ArchiveServer {
    return begun(this.#parts).archive;
  }

  get cache(): PackageCache {
    return begun(this.#opened).cache;
  }

  get proxy(): CacheProxy {
    return begun(this.#opened).proxy;
  }

  /** Where the proxy listens. */
  get port(): number {
    return portOf(begun(this.#parts).server);
  }

  /** An https archive as the proxy sees it: bytes that it doesn't understand. */
  get secret(): Server {
    return begun(this.#parts).secret;
  }

  get secretPort(): number {
    return portOf(this.secret);
  }

  /** What a proxy is asked, and what it answers. */
  async answer(
    path: string,
    headers: Record<string, string> = {},
    { method = 'GET', port = this.port, agent = new Agent() } = {},
  ): Promise<Answered> {
    const request = ask({ host: '127.0.0.1', port, path, method, headers, agent }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    agent.destroy();
    return {
      status: response.statusCode ?? 0,
      reason: response.statusMessage ?? '',
      headers: response.headers,
      body: Buffer.concat(chunks),
    };
  }

  /** Sends bytes as they are, and returns all that comes back. */
  async raw(bytes: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(bytes);
    return text(socket);
  }
}

function begun<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('no test has begun');
  return part;
}

/** A world for each test of the file that calls this. */
export function proxyWorld(): ProxyWorld {
  const world = new ProxyWorld();
  beforeEach(() => world.begin());
  afterEach(() => world.end());
  return world;
}
