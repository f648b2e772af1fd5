import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { misbehaving } from '../../support/updater/misbehaving.js';
import type { PackageSpec } from '../../support/updater/publisher.js';
import { updaterWorld } from '../../support/updater/world.js';

const small: PackageSpec = { release: '1.0', files: { hello: 'hello' } };
const large: PackageSpec = { release: '1.0', files: { data: randomBytes(3 << 20) } };
const world = updaterWorld();

describe('a server that', () => {
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
    misbehaving(world.server, (_request, response) => {
      const content = world.server.content('/hello.zip');
      response.writeHead(200, { 'content-length': content.length });
      const step = Math.ceil(content.length / 16);
      let at = 0;
      const timer = setInterval(() => {
        response.write(content.subarray(at, (at += step)));
        if (at >= content.length) {
          clearInterval(timer);
          response.end();
        }
      }, 300);
    });
    // It takes more than two timeouts, and each part much less than one, also where the host is busy.
    expect((await world.update('--timeout', '2')).exitCode).toBe(0);
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
      misbehaving(world.server, (_request, response) => {
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
