import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startLoopbackProxy } from '../../../../src/packages/cache/loopback-proxy.js';
import { deb, proxyWorld } from '../../../support/proxy-world.js';

const world = proxyWorld();

describe("a proxy on this host's loopback", () => {
  it('answers those who know its secret, and nobody else', async () => {
    const tunnels = {
      rules: { ...world.cache.rules, leadOn: false },
      offline: false,
      proxies: { http: '', https: '', none: '' },
      timeout: 2000,
      signal: new AbortController().signal,
    };
    await using loopback = await startLoopbackProxy({ cache: world.cache, tunnels });
    const { username, password, port: portText } = new URL(loopback.url);
    const port = Number(portText);
    const basic = (login: string): Record<string, string> => ({
      'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}`,
    });
    expect((await world.answer(world.archive.url(deb), {}, { port })).status).toBe(407);
    expect((await world.answer(world.archive.url(deb), basic(`${username}:wrong`), { port })).status).toBe(
      407,
    );
    expect(world.archive.seen()).toEqual([]);
    expect(
      (await world.answer(world.archive.url(deb), basic(`${username}:${password}`), { port })).status,
    ).toBe(200);
    const socket = connect(port, '127.0.0.1');
    socket.write(`CONNECT 127.0.0.1:${String(world.secretPort)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await text(socket)).toContain('HTTP/1.1 407 ');
  });
});
