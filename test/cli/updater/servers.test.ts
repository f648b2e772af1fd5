import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Misbehaviour } from '../../support/updater/file-server.js';
import { misbehaving } from '../../support/updater/misbehaving.js';
import type { PackageSpec } from '../../support/updater/publisher.js';
import { updaterWorld } from '../../support/updater/world.js';

const small: PackageSpec = { release: '1.0', files: { hello: 'hello' } };
const large: PackageSpec = { release: '1.0', files: { data: randomBytes(3 << 20) } };
const world = updaterWorld();

const never: Misbehaviour = () => undefined;
const bad: [string, Misbehaviour, RegExp][] = [
  [
    'says that there is no such file',
    (_q, r) => r.writeHead(404).end(),
    /the server says 404 \(there is no such file\)/,
  ],
  ['says no', (_q, r) => r.writeHead(403).end('no'), /the server says 403/],
  ['is always busy', (_q, r) => r.writeHead(503).end(), /the server says 503 \(it is busy\)/],
  ['says nothing', never, /no answer for 1 s/],
  [
    'falls silent',
    (_q, r) => {
      r.writeHead(200, { 'content-length': 1_000_000 });
      r.write('PK');
    },
    /nothing came for 1 s/,
  ],
  [
    'sends a byte now and then',
    (_q, r) => {
      r.writeHead(200, { 'content-length': 1_000_000 });
      const timer = setInterval(() => r.write('x'), 200);
      r.on('close', () => {
        clearInterval(timer);
      });
    },
    /it is too slow: \d+ bytes in 2 s/,
  ],
  ['hangs up', (_q, r) => r.destroy(), /the connection was cut/],
  ['speaks another protocol', (_q, r) => r.socket?.end('HELLO\r\n\r\n'), /no answer that is HTTP/],
  [
    'switches to another protocol',
    (_q, r) =>
      r.socket?.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nx'),
    /answers in another protocol/,
  ],
  [
    'promises more than the limit',
    (_q, r) => r.writeHead(200, { 'content-length': 5 * 1024 ** 3 }).end(),
    /larger than 4 GiB/,
  ],
  [
    'sends more than it promised',
    (_q, r) => {
      r.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nPK much more than three bytes');
    },
    /./,
  ],
  [
    'redirects in a circle',
    (q, r) => r.writeHead(302, { location: q.url }).end(),
    /leads on more than 10 times/,
  ],
  [
    'redirects to a file of this machine',
    (_q, r) => r.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    /leads to a file address/,
  ],
  [
    'redirects to nonsense',
    (_q, r) => r.writeHead(302, { location: 'http://[' }).end(),
    /leads to something that is no URL/,
  ],
  [
    'packs what it was asked for plain',
    (_q, r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x')),
    /packs it with gzip/,
  ],
  [
    'sends a part nobody asked for',
    (_q, r) => r.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('12345'),
    /another part than it was asked for/,
  ],
];

describe('a server that', () => {
  it.each(bad)('%s: told, and nothing is installed', async (_, behaviour, says) => {
    world.server.misbehave('/hello.zip', behaviour);
    world.configureUrl();
    const { exitCode, stderr } = await world.update('--timeout', '1');
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/this is a bug/);
    expect([2, 5]).toContain(exitCode);
    expect(existsSync(world.dest)).toBe(false);
    expect(readdirSync(world.folder).filter((name) => name !== 'config.yml')).toEqual([]);
  });

  it('is not there', async () => {
    const probe = createServer();
    const port = await new Promise<number>((resolve) =>
      probe.listen(0, '127.0.0.1', () => {
        resolve((probe.address() as AddressInfo).port);
      }),
    );
    await new Promise((resolve) => probe.close(resolve));
    world.configure([
      'urls:',
      `- url: http://127.0.0.1:${String(port)}/x`,
      '- url: http://nowhere.invalid/x',
    ]);
    const { exitCode, stderr } = await world.update();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the connection was refused');
    expect(stderr).toMatch(/nowhere\.invalid\/x: (?:its name is not known|the name server gives no answer)/);
  });

  it('is slow, but not too slow, is waited for', async () => {
    world.publish(small);
    world.configureUrl();
    misbehaving(world.server, (_good, _request, response) => {
      const content = world.server.content('/hello.zip');
      response.writeHead(200, { 'content-length': content.length });
      const step = Math.ceil(content.length / 8);
      let at = 0;
      const timer = setInterval(() => {
        response.write(content.subarray(at, (at += step)));
        if (at >= content.length) {
          clearInterval(timer);
          response.end();
        }
      }, 300);
    });
    expect((await world.update('--timeout', '1')).exitCode).toBe(0);
  });

  it('lies does not keep the next one from being asked', async () => {
    world.publish({ ...small, signers: ['alice'] }, '/lies.zip');
    world.publish(small);
    world.server.misbehave('/down.zip', (_request, response) => response.writeHead(500).end());
    const urls = ['/missing.zip', '/lies.zip', '/down.zip', '/hello.zip'].map(
      (path) => `- url: ${world.server.url(path)}`,
    );
    world.configure(['urls:', ...urls]);
    const { exitCode, stderr } = await world.update();
    expect(stderr).toContain('/missing.zip: the server says 404');
    expect(stderr).toMatch(/lies\.zip is refused/);
    expect(exitCode).toBe(0);
  });

  it('offers an old release comes after one that offers a new one', async () => {
    world.publish(small);
    world.configureUrl();
    await world.update();
    world.publish({ release: '0.9', files: { hello: 'old' } }, '/old.zip');
    world.publish({ release: '1.1', files: { hello: 'new' } }, '/new.zip');
    world.server.put('/old.version', '0.9');
    const place = (name: string): string[] => [`- url: ${world.server.url(`/${name}.zip`)}`];
    world.configure([
      'urls:',
      ...place('old'),
      `  version_url: ${world.server.url('/old.version')}`,
      ...place('new'),
    ]);
    expect((await world.update()).exitCode).toBe(0);
    expect(world.installed()).toEqual({ hello: 'new' });
    world.configure(['urls:', ...place('old'), `  version_url: ${world.server.url('/old.version')}`]);
    expect((await world.update()).exitCode).toBe(4);
  });
});

describe('a server of HTTP/1.0', () => {
  it.each([true, false])(
    'that hangs up behind the last byte (and says the length: %s) is understood',
    async (length) => {
      world.publish(large);
      world.configureUrl();
      misbehaving(world.server, (_good, _request, response) => {
        const content = world.server.content('/hello.zip');
        const head = `HTTP/1.0 200 OK\r\n${length ? `content-length: ${String(content.length)}\r\n` : ''}\r\n`;
        response.socket?.write(head);
        response.socket?.end(content);
      });
      expect((await world.update()).exitCode).toBe(0);
    },
  );
});

describe('redirections', () => {
  it('are followed', async () => {
    world.publish(small);
    world.server.misbehave('/one', (_request, response) =>
      response.writeHead(301, { location: '/two' }).end(),
    );
    world.server.misbehave('/two', (_request, response) =>
      response.writeHead(307, { location: world.server.url('/hello.zip') }).end('a body that is not read'),
    );
    expect((await world.update('-c', 'config.yml')).exitCode).toBe(2);
    world.configureUrl('/one');
    expect((await world.update()).exitCode).toBe(0);
  });
});
