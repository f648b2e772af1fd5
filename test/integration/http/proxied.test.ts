import { once } from 'node:events';
import { createServer as createProxy, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpClient } from '../../../src/http/client.js';
import { ArchiveServer } from '../../support/servers/archive-server.js';

let answer: (socket: Socket, asked: string) => void;
let asked: string[];
const sockets = new Set<Socket>();
const proxy = createProxy((socket) => {
  sockets.add(socket);
  socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  socket.once('data', (bytes) => {
    asked.push(bytes.toString());
    answer(socket, bytes.toString());
  });
});
let ending: AbortController;
let client: HttpClient;

beforeEach(async () => {
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  asked = [];
  ending = new AbortController();
  const url = `http://user:p%40ss@127.0.0.1:${String((proxy.address() as AddressInfo).port)}`;
  client = new HttpClient({
    proxies: { http: url, https: url, none: '127.0.0.1' },
    timeout: 1000,
    signal: ending.signal,
    userAgent: 'test',
    keptConnections: 1,
  });
});
afterEach(async () => {
  client[Symbol.dispose]();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => proxy.close(resolve));
});

const says = (words: string) => (socket: Socket) => socket.write(words);

describe('a proxy that is asked for a tunnel', () => {
  const get = async (): Promise<string> => text((await client.get('https://far.example/x')).body);

  it.each([
    [
      'a redirection',
      'HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n',
      302,
    ],
    ['a file', 'HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-3/4\r\nContent-Length: 4\r\n\r\nlies', 206],
    ['that there is no such file', 'HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nlies', 404],
    ['that it wants a password', 'HTTP/1.1 407 No\r\nContent-Length: 4\r\n\r\nlies', 407],
  ])('and answers with %s does not speak for the far host', async (_, words, status) => {
    answer = says(words);
    await expect(get()).rejects.toThrow(`the proxy says ${String(status)}`);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('CONNECT far.example:443 HTTP/1.1\r\n');
    expect(asked[0]).toContain(`proxy-authorization: Basic ${Buffer.from('user:p@ss').toString('base64')}`);
  });

  it.each([
    ['says nothing', () => undefined],
    ['answers with half a line', says('HTTP/1.1 200 ')],
    ['opens it, and nothing comes through it', says('HTTP/1.1 200 yes\r\n\r\n')],
    [
      'answers a line now and then',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 yes\r\n');
        const timer = setInterval(() => socket.write('x: x\r\n'), 100);
        socket.once('close', () => {
          clearInterval(timer);
        });
      },
    ],
  ])('and %s is not waited for without end', async (_, how) => {
    answer = how;
    await expect(get()).rejects.toThrow('no answer for 1 s');
    await expect.poll(() => sockets.size).toBe(0);
  });

  it('and says nothing is let go of when all ends', async () => {
    answer = () => undefined;
    const told = expect(get()).rejects.toThrow('^C');
    await expect.poll(() => asked.length).toBe(1);
    ending.abort(new Error('^C'));
    await told;
    await expect.poll(() => sockets.size).toBe(0);
  });

  it('and opens it to what speaks no TLS is told', async () => {
    answer = (socket) => {
      socket.write('HTTP/1.1 200 yes\r\n\r\n');
      socket.once('data', () => socket.write('HTTP/1.1 200 plain\r\n\r\n'));
    };
    await expect(get()).rejects.toThrow("it doesn't answer in TLS");
  });

  it('and can not be reached is told', async () => {
    client = new HttpClient({
      proxies: { http: '', https: 'http://127.0.0.1:9', none: '' },
      timeout: 1000,
      signal: ending.signal,
      userAgent: 'test',
    });
    await expect(get()).rejects.toThrow("the proxy can't be asked: the connection was refused");
  });
});

describe('a proxy that is asked for http', () => {
  it('gets the whole URL and its own login, over a connection that is kept', async () => {
    await using archive = await ArchiveServer.start('far.example');
    const url = `http://me:too@127.0.0.1:${String(archive.port)}`;
    using kept = new HttpClient({
      proxies: { http: url, https: '', none: '' },
      timeout: 1000,
      signal: ending.signal,
      userAgent: 'test',
      keptConnections: 1,
    });
    for (const host of ['far.example', 'far.example', 'far.example:8080'])
      await text((await kept.get(`http://you:there@${host}/x?y#z`)).body);
    const seen = archive.seen();
    expect(seen.map(({ url: whole, headers }) => [whole, headers.host])).toEqual([
      ['http://far.example/x?y', 'far.example'],
      ['http://far.example/x?y', 'far.example'],
      ['http://far.example:8080/x?y', 'far.example:8080'],
    ]);
    expect(seen[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('you:there').toString('base64')}`,
      'proxy-authorization': `Basic ${Buffer.from('me:too').toString('base64')}`,
    });
    expect(archive.connections).toBe(1);
  });
});
