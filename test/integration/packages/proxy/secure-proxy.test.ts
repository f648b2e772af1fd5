import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { project } from '../../../support/commands.js';
import { Authority, hasOpenSsl } from '../../../support/servers/authority.js';
import { proxyWorld } from '../../../support/servers/proxy-world.js';

const world = proxyWorld();

describe.skipIf(!hasOpenSsl)("a tunnel through this host's own proxy over https (needs openssl)", () => {
  let authority: Authority;
  let upstream: Server;
  let asked: string[] = [];
  beforeAll(async () => {
    authority = new Authority();
    upstream = createServer().listen(0, '127.0.0.1');
    upstream.on('connect', ({ url = '', headers }, socket: Socket) => {
      asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`);
      socket.write('HTTP/1.1 200 yes\r\n\r\nfar ');
      socket.on('data', (bytes) => socket.end(bytes.toString()));
    });
    await once(upstream, 'listening');
  });
  afterAll(() => {
    upstream.close();
    authority[Symbol.dispose]();
  });
  const proxyAt = (host: string): string =>
    `https://user:p%40ss@${host}:${String((upstream.address() as AddressInfo).port)}`;

  /** What a process gets at the far end that trusts the authority. */
  async function dug(host: string, certified: string): Promise<string> {
    asked = [];
    upstream.setSecureContext(authority.certificate(certified));
    const args = [join(project, 'test/support/dig-tunnel.js'), 'far.example:444', proxyAt(host)];
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: authority.path };
    return (await promisify(execFile)(process.execPath, args, { env })).stdout;
  }

  it.each([
    ['an address', '127.0.0.1', 'IP:127.0.0.1'],
    ['a name', 'localhost', 'DNS:localhost'],
  ])('is asked for in secret, when the certificate is for it: %s', async (_, host, certified) => {
    expect(await dug(host, certified)).toBe('far hello');
    expect(asked).toEqual([`far.example:444 Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
  });

  it('is not asked for where the certificate is for the far host alone', async () => {
    expect(await dug('127.0.0.1', 'DNS:far.example')).toMatch(
      /^the proxy can't be asked: its certificate is refused: .*altnames/,
    );
    expect(asked).toEqual([]);
  });

  it('is not asked for where nobody vouches for the certificate', async () => {
    asked = [];
    upstream.setSecureContext(authority.certificate('IP:127.0.0.1'));
    await world.openProxy(false, proxyAt('127.0.0.1'));
    expect(await world.raw('CONNECT far.example:444 HTTP/1.1\r\nHost: x\r\n\r\n')).toContain(
      "HTTP/1.1 424 the proxy can't be asked: its certificate is refused: ",
    );
    expect(asked).toEqual([]);
  });

  it('is not asked for in plain text', async () => {
    await world.openProxy(false, `https://127.0.0.1:${String(world.archive.port)}`);
    expect(await world.raw('CONNECT far.example:444 HTTP/1.1\r\nHost: x\r\n\r\n')).toContain(
      "HTTP/1.1 424 the proxy can't be asked: it doesn't answer in TLS",
    );
  });
});
