import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  Agent,
  createServer as createHttpServer,
  request as ask,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLoopbackProxy } from '../../../src/packages/cache/loopback-proxy.js';
import { PackageCache } from '../../../src/packages/cache/package-cache.js';
import { CacheProxy } from '../../../src/packages/cache/proxy.js';
import { ArchiveServer } from '../../support/archive-server.js';

const deb = '/pool/main/a/a_1_amd64.deb';
const content = randomBytes(2 << 20);

let folder: string;
let archive: ArchiveServer;
let cache: PackageCache;
let proxy: CacheProxy;
let server: Server;
/** An https archive as the proxy sees it: bytes that it doesn't understand. */
let secret: Server;
const secretPort = (): number => (secret.address() as AddressInfo).port;

async function listening(accept: (socket: Socket) => void): Promise<Server> {
  const made = createServer(accept).listen(0, '127.0.0.1');
  await once(made, 'listening');
  return made;
}

async function openProxy(offline = false, upstream = ''): Promise<void> {
  const rules = {
    chosen: new Set([
      archive.origin,
      `https://127.0.0.1:${String(secretPort())}`,
      'http://far.example',
      'https://far.example:444',
    ]),
    named: new Set<string>(),
  };
  const proxies = { http: '', https: upstream, none: '127.0.0.1' };
  const { signal } = new AbortController();
  cache = await PackageCache.open({
    folder,
    rules,
    proxies,
    offline,
    userAgent: 'test',
    signal,
    manner: { timeout: 2000, pauses: [1] },
  });
  const tunnels = { rules, offline, proxies, timeout: 2000, signal };
  proxy = new CacheProxy({ cache, tunnels, guestCallsHost: '10.0.2.2', authorization: undefined });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gitian-proxy-'));
  archive = await ArchiveServer.start();
  archive.put(deb, content);
  secret = await listening((socket) =>
    socket.on('data', (bytes) => socket.end(`secret ${bytes.toString()}`)),
  );
  await openProxy();
  server = await listening((socket) => {
    proxy.accept(socket);
  });
});
afterEach(async () => {
  proxy[Symbol.dispose]();
  server.close();
  secret.close();
  await cache[Symbol.asyncDispose]();
  await archive[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

interface Answered {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a proxy is asked, and what it answers. */
async function answer(
  path: string,
  headers: Record<string, string> = {},
  { method = 'GET', port = (server.address() as AddressInfo).port, agent = new Agent() } = {},
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
async function raw(bytes: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes);
  return text(socket);
}

describe('an archive through the proxy', () => {
  it('is served, and a second time without it', async () => {
    for (let count = 0; count < 2; count++) {
      const { status, headers, body } = await answer(archive.url(deb));
      expect([status, headers['content-length'], headers['last-modified']]).toEqual([
        200,
        String(content.length),
        'Mon, 01 Jan 2024 00:00:00 GMT',
      ]);
      expect(body.equals(content)).toBe(true);
    }
    expect(archive.seen()).toHaveLength(1);
    expect(proxy.takeServed()).toEqual([archive.url(deb)]);
    expect(proxy.takeServed()).toEqual([]);
  });

  it('is served in parts, on conditions, and as heads', async () => {
    const part = await answer(archive.url(deb), { range: 'bytes=1000-' });
    expect([part.status, part.body.equals(content.subarray(1000))]).toEqual([206, true]);
    const since = { 'if-modified-since': 'Mon, 01 Jan 2024 00:00:00 GMT' };
    const unchanged = await answer(archive.url(deb), since);
    expect([unchanged.status, unchanged.body.length]).toEqual([304, 0]);
    const head = await answer(archive.url(deb), {}, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([
      200,
      String(content.length),
      0,
    ]);
    archive.put('/empty', '');
    expect((await answer(archive.url('/empty'))).body.length).toBe(0);
  });

  it('on this host is found by the name that the guest has for it', async () => {
    const { status } = await answer(`http://10.0.2.2:${String(archive.port)}${deb}`);
    expect(status).toBe(200);
  });

  it('is asked for several files at once, when these are asked for before the first has come', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'].map((name) => `/pool/${name}.deb`);
    for (const name of names) archive.put(name, `content of ${name};`);
    archive.answersAfter(300);
    const lines = names.map((name, index) => {
      const end = index === names.length - 1 ? 'Connection: close\r\n' : '';
      return `GET ${archive.url(name)} HTTP/1.1\r\nHost: x\r\n${end}\r\n`;
    });
    const said = await raw(lines.join(''));
    expect(said.match(/content of [^;]*/g)).toEqual(names.map((name) => `content of ${name}`));
    expect(archive.mostAtOnce).toBe(names.length);
  });

  it('is told with its own words when it has no such file, and with ours when it gives none', async () => {
    const absent = await answer(archive.url('/absent'));
    expect([absent.status, absent.reason]).toEqual([404, 'the server says 404 (there is no such file)']);
    archive.misbehave('/broken', (_request, response) => response.writeHead(500).end());
    const broken = await answer(archive.url('/broken'));
    expect([broken.status, broken.reason]).toEqual([424, 'the server says 500 (it has an error)']);
    expect(proxy.takeProblems()).toEqual([
      { url: archive.url('/absent'), kind: 'refused', status: 404, reason: absent.reason },
      { url: archive.url('/broken'), kind: 'failed', status: 424, reason: broken.reason },
    ]);
  });

  it('survives those who hang up in the middle', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`GET ${archive.url(deb)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, 'data');
    socket.destroy();
    expect((await answer(archive.url(deb))).status).toBe(200);
    expect(proxy.takeProblems()).toEqual([]);
  });
});

describe('the proxy', () => {
  it.each([
    ['http://127.0.0.1:1/', 403],
    ['http://169.254.169.254/latest/meta-data', 403],
    ['http://other.example/', 403],
    ['http://[::1]/', 403],
    ['/etc/passwd', 400],
    ['https://far.example/', 400],
    ['ftp://far.example/', 400],
    ['file:///etc/passwd', 400],
    ['http://', 400],
    ['*', 400],
  ])('has nothing of %s', async (url, status) => {
    expect((await answer(url)).status).toBe(status);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses %s', async (method) => {
    expect((await answer(archive.url(deb), {}, { method })).status).toBe(405);
    expect(archive.seen()).toEqual([]);
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'an endless head',
      `GET http://a/ HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      /^HTTP\/1\.1 (400|431) /,
    ],
    ['an upgrade', 'GET http://a/ HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', /^$/],
    [
      'two lengths',
      'GET http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
  ])('takes %s for what it is', async (_title, bytes, said) => {
    expect(await raw(bytes)).toMatch(said);
    expect((await answer(archive.url(deb))).status).toBe(200);
  });

  it('remembers of a guest that asks for ever no more than it can hold', async () => {
    const ask = (path: number, more = ''): string =>
      `GET http://other.example/${String(path)} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
    const many = Array.from({ length: 5000 }, (_, path) => ask(path));
    const said = await raw(`${many.join('')}${ask(5000, 'Connection: close\r\n')}`);
    expect(said.match(/^HTTP\/1\.1 403 /gm)).toHaveLength(5001);
    expect(proxy.takeProblems()).toHaveLength(4096);
    expect(proxy.takeProblems()).toEqual([]);
  });

  it('answers so many questions at once, and no more', async () => {
    archive.misbehave('/slow', () => undefined);
    const many = Array.from(
      { length: 300 },
      (_, index) => `GET ${archive.url('/slow')}?${String(index)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(many.join(''));
    const refused = async (): Promise<string> => (await answer(archive.url(deb))).reason;
    let seen = '';
    for (let count = 0; count < 100 && seen !== 'too many questions at once'; count++) seen = await refused();
    expect(seen).toBe('too many questions at once');
    socket.destroy();
  });
});

describe('a tunnel', () => {
  const tunnel = (authority: string): Promise<string> =>
    raw(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\nhello`);

  it('leads to an https archive', async () => {
    expect(await tunnel(`127.0.0.1:${String(secretPort())}`)).toBe(
      'HTTP/1.1 200 Connection established\r\n\r\nsecret hello',
    );
  });

  it.each([
    ['127.0.0.1:443', 424, '"127.0.0.1" is not where this archive may be'],
    ['localhost:443', 424, '"localhost" is not where this archive may be'],
    ['10.1.2.3:443', 424, '"10.1.2.3" is not where this archive may be'],
    ['[::1]:443', 424, '"[::1]" is not where this archive may be'],
    ['127.0.0.1:22', 403, 'port 22 of "127.0.0.1" is no archive of the base image or the descriptor'],
    ['far.example', 403, '"far.example" is no host and port'],
    ['a b:443', 400, ''],
    ['evil@far.example:443', 403, '"evil@far.example:443" is no host and port'],
    [`x:${'9'.repeat(30)}`, 403, `"x:${'9'.repeat(30)}" is no host and port`],
  ])('does not lead to %s: %d', async (authority, status, reason) => {
    const said = await tunnel(authority);
    expect(said).toContain(`HTTP/1.1 ${String(status)} ${reason}`);
    expect(said).not.toContain('secret');
  });

  it('leads nowhere without a network', async () => {
    await openProxy(true);
    expect(await tunnel(`127.0.0.1:${String(secretPort())}`)).toContain(
      'HTTP/1.1 404 archives over https are not in the package cache',
    );
  });

  it("is dug through this host's own proxy", async () => {
    const asked: string[] = [];
    const upstream = createHttpServer().listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    upstream.on('connect', ({ url = '', headers }, socket: Socket) => {
      asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`);
      if (asked.length > 1) socket.end('HTTP/1.1 407 no\r\n\r\n');
      else {
        socket.write('HTTP/1.1 200 yes\r\n\r\n');
        socket.on('data', (bytes) => socket.end(`far ${bytes.toString()}`));
      }
    });
    await openProxy(
      false,
      `http://user:p%40ss@127.0.0.1:${String((upstream.address() as AddressInfo).port)}`,
    );
    expect(await tunnel('far.example:444')).toContain('\r\n\r\nfar hello');
    expect(await tunnel('far.example:444')).toContain('HTTP/1.1 424 the proxy says 407');
    expect(asked[0]).toBe(`far.example:444 Basic ${Buffer.from('user:p@ss').toString('base64')}`);
    upstream.close();
  });

  it('that nobody answers at is told', async () => {
    const port = secretPort();
    secret.close();
    expect(await tunnel(`127.0.0.1:${String(port)}`)).toContain('HTTP/1.1 424 the connection was refused');
  });
});

describe("a proxy on this host's loopback", () => {
  it('answers those who know its secret, and nobody else', async () => {
    const tunnels = {
      rules: cache.rules,
      offline: false,
      proxies: { http: '', https: '', none: '' },
      timeout: 2000,
      signal: new AbortController().signal,
    };
    await using loopback = await startLoopbackProxy({ cache, tunnels });
    const { username, password, port: portText } = new URL(loopback.url);
    const port = Number(portText);
    const basic = (login: string): Record<string, string> => ({
      'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}`,
    });
    expect((await answer(archive.url(deb), {}, { port })).status).toBe(407);
    expect((await answer(archive.url(deb), basic(`${username}:wrong`), { port })).status).toBe(407);
    expect(archive.seen()).toEqual([]);
    expect((await answer(archive.url(deb), basic(`${username}:${password}`), { port })).status).toBe(200);
    const socket = connect(port, '127.0.0.1');
    socket.write(`CONNECT 127.0.0.1:${String(secretPort())} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await text(socket)).toContain('HTTP/1.1 407 ');
  });
});
