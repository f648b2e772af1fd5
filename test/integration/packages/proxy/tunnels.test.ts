import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { proxyWorld } from '../../../support/servers/proxy-world.js';
import { until } from '../../../support/until.js';

const world = proxyWorld();

describe('a tunnel', () => {
  const tunnel = (authority: string): Promise<string> =>
    world.raw(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\nhello`);

  it('leads to an https archive', async () => {
    expect(await tunnel(`127.0.0.1:${String(world.secretPort)}`)).toBe(
      'HTTP/1.1 200 Connection established\r\n\r\nsecret hello',
    );
  });

  it.each([
    ['127.0.0.1:443', 424, '"127.0.0.1" is no public host, and it may lead to those alone'],
    ['localhost:443', 424, '"localhost" is no public host, and it may lead to those alone'],
    ['10.1.2.3:443', 424, '"10.1.2.3" is no public host, and it may lead to those alone'],
    ['[::1]:443', 424, '"[::1]" is no public host, and it may lead to those alone'],
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

  it('leads to archives only, where these may not lead on', async () => {
    await world.openProxy(false, '', false);
    expect(await tunnel('192.0.2.1:443')).toContain(
      'HTTP/1.1 403 port 443 of "192.0.2.1" is no archive of the base image or the descriptor',
    );
    expect(await tunnel(`127.0.0.1:${String(world.secretPort)}`)).toContain('secret hello');
  });

  it('leads nowhere without a network', async () => {
    await world.openProxy(true);
    expect(await tunnel(`127.0.0.1:${String(world.secretPort)}`)).toContain(
      'HTTP/1.1 404 archives over https are not in the package cache',
    );
  });

  it("is dug through this host's own proxy", async () => {
    const asked: string[] = [];
    const upstream = createServer().listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    upstream.on('connect', ({ url = '', headers }, socket: Socket) => {
      asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`);
      if (asked.length > 1) socket.end('HTTP/1.1 407 no\r\n\r\n');
      else {
        socket.write('HTTP/1.1 200 yes\r\n\r\n');
        socket.on('data', (bytes) => socket.end(`far ${bytes.toString()}`));
      }
    });
    await world.openProxy(
      false,
      `http://user:p%40ss@127.0.0.1:${String((upstream.address() as AddressInfo).port)}`,
    );
    expect(await tunnel('far.example:444')).toContain('\r\n\r\nfar hello');
    expect(await tunnel('far.example:444')).toContain('HTTP/1.1 424 the proxy says 407');
    expect(asked[0]).toBe(`far.example:444 Basic ${Buffer.from('user:p@ss').toString('base64')}`);
    upstream.close();
  });

  it('is refused while many are open, and not remembered by the thousand', async () => {
    const authority = `127.0.0.1:${String(world.secretPort)}`;
    const ask = `CONNECT ${authority} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const open = await Promise.all(
      Array.from({ length: 32 }, async () => {
        const socket = connect(world.port, '127.0.0.1');
        socket.write(ask);
        await once(socket, 'data');
        return socket;
      }),
    );
    expect(await tunnel(authority)).toContain('HTTP/1.1 503 too many tunnels at once');
    for (const socket of open) socket.destroy();
    await until(
      async () => tunnel(authority),
      (said) => said.endsWith('secret hello'),
    );
    expect(world.proxy.takeProblems()).toEqual([]);
    for (let count = 0; count < 4200; count++) await tunnel('far.example');
    expect(world.proxy.takeProblems()).toHaveLength(4096);
  });

  it('that nobody answers at is told', async () => {
    const port = world.secretPort;
    world.secret.close();
    expect(await tunnel(`127.0.0.1:${String(port)}`)).toContain('HTTP/1.1 424 the connection was refused');
  });
});
