import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { deb, proxyWorld } from '../../../support/servers/proxy-world.js';

const world = proxyWorld();

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
    expect((await world.answer(url)).status).toBe(status);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses %s', async (method) => {
    expect((await world.answer(world.archive.url(deb), {}, { method })).status).toBe(405);
    expect(world.archive.seen()).toEqual([]);
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
    expect(await world.raw(bytes)).toMatch(said);
    expect((await world.answer(world.archive.url(deb))).status).toBe(200);
  });

  it('remembers of a guest that asks for ever no more than it can hold', async () => {
    const ask = (path: number, more = ''): string =>
      `GET http://other.example/${String(path)} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
    const many = Array.from({ length: 5000 }, (_, path) => ask(path));
    const said = await world.raw(`${many.join('')}${ask(5000, 'Connection: close\r\n')}`);
    expect(said.match(/^HTTP\/1\.1 403 /gm)).toHaveLength(5001);
    expect(world.proxy.takeProblems()).toHaveLength(4096);
    expect(world.proxy.takeProblems()).toEqual([]);
  });

  it.each(['GET http://other.example/', 'CONNECT '])('remembers of long ones (%s) a few', async (ask) => {
    const long = 'x'.repeat(15_000);
    for (let count = 0; count < 300; count++) {
      await world.raw(`${ask}${long} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    }
    const kept = world.proxy.takeProblems();
    expect(kept.length).toBeGreaterThan(100);
    expect(JSON.stringify(kept).length).toBeLessThan(5 << 20);
  });

  it('ends every connection when it ends: one whose head never comes, one that waits, and a tunnel', async () => {
    world.archive.misbehave('/slow', () => undefined);
    const sockets = [
      'GET http://other.example/ HTTP/1.1\r\n',
      `GET ${world.archive.url('/slow')} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `CONNECT 127.0.0.1:${String(world.secretPort)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    ].map((bytes) => {
      const socket = connect(world.port, '127.0.0.1').on('error', () => undefined);
      socket.write(bytes);
      return socket;
    });
    const closed = sockets.map(async (socket) => once(socket, 'close'));
    // The last one is answered after all have been taken.
    await Promise.all(sockets.slice(2).map(async (socket) => once(socket, 'data')));
    for (const socket of sockets) socket.resume();
    world.proxy[Symbol.dispose]();
    await Promise.all(closed);
  });

  it('answers so many questions at once, and no more', async () => {
    world.archive.misbehave('/slow', () => undefined);
    const many = Array.from(
      { length: 300 },
      (_, index) => `GET ${world.archive.url('/slow')}?${String(index)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    const socket = connect(world.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(many.join(''));
    const refused = async (): Promise<string> => (await world.answer(world.archive.url(deb))).reason;
    let seen = '';
    for (let count = 0; count < 100 && seen !== 'too many requests at once'; count++) seen = await refused();
    expect(seen).toBe('too many requests at once');
    socket.destroy();
  });
});
