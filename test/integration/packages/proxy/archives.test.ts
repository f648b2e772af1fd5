import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { content, deb, proxyWorld } from '../../../support/servers/proxy-world.js';

const world = proxyWorld();

describe('an archive through the proxy', () => {
  it('is served, and a second time without it', async () => {
    for (let count = 0; count < 2; count++) {
      const { status, headers, body } = await world.answer(world.archive.url(deb));
      expect([status, headers['content-length'], headers['last-modified']]).toEqual([
        200,
        String(content.length),
        'Mon, 01 Jan 2024 00:00:00 GMT',
      ]);
      expect(body.equals(content)).toBe(true);
    }
    expect(world.archive.seen()).toHaveLength(1);
    expect(world.proxy.takeServed()).toEqual([world.archive.url(deb)]);
    expect(world.proxy.takeServed()).toEqual([]);
  });

  it('is asked again for what was wrong, also by those who need a password', async () => {
    const [url, login] = [world.archive.url(deb), { authorization: 'Basic dTpw' }];
    world.archive.put(deb, 'AAAA');
    expect((await world.answer(url, login)).body.toString()).toBe('AAAA');
    world.archive.put(deb, 'BBBB');
    await world.cache.forget(world.proxy.takeServed());
    expect((await world.answer(url, login)).body.toString()).toBe('BBBB');
  });

  it('is served in parts, on conditions, and as heads', async () => {
    const part = await world.answer(world.archive.url(deb), { range: 'bytes=1000-' });
    expect([part.status, part.body.equals(content.subarray(1000))]).toEqual([206, true]);
    const since = { 'if-modified-since': 'Mon, 01 Jan 2024 00:00:00 GMT' };
    const unchanged = await world.answer(world.archive.url(deb), since);
    expect([unchanged.status, unchanged.body.length]).toEqual([304, 0]);
    const head = await world.answer(world.archive.url(deb), {}, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([
      200,
      String(content.length),
      0,
    ]);
    world.archive.put('/empty', '');
    expect((await world.answer(world.archive.url('/empty'))).body.length).toBe(0);
  });

  it('on this host is found by the name that the guest has for it', async () => {
    const { status } = await world.answer(`http://10.0.2.2:${String(world.archive.port)}${deb}`);
    expect(status).toBe(200);
  });

  it('is asked for several files at once, when these are asked for before the first has come', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'].map((name) => `/pool/${name}.deb`);
    for (const name of names) world.archive.put(name, `content of ${name};`);
    world.archive.answersAfter(300);
    const lines = names.map((name, index) => {
      const end = index === names.length - 1 ? 'Connection: close\r\n' : '';
      return `GET ${world.archive.url(name)} HTTP/1.1\r\nHost: x\r\n${end}\r\n`;
    });
    const said = await world.raw(lines.join(''));
    expect(said.match(/content of [^;]*/g)).toEqual(names.map((name) => `content of ${name}`));
    expect(world.archive.mostAtOnce).toBe(names.length);
  });

  it('is told with its own words when it has no such file, and with ours when it gives none', async () => {
    const absent = await world.answer(world.archive.url('/absent'));
    expect([absent.status, absent.reason]).toEqual([404, 'the server says 404 (there is no such file)']);
    world.archive.misbehave('/broken', (_request, response) => response.writeHead(500).end());
    const broken = await world.answer(world.archive.url('/broken'));
    expect([broken.status, broken.reason]).toEqual([424, 'the server says 500 (it has an error)']);
    expect(world.proxy.takeProblems()).toEqual([
      { url: world.archive.url('/absent'), kind: 'refused', status: 404, reason: absent.reason },
      { url: world.archive.url('/broken'), kind: 'failed', status: 424, reason: broken.reason },
    ]);
  });

  it('survives those who hang up in the middle', async () => {
    const socket = connect(world.port, '127.0.0.1');
    socket.write(`GET ${world.archive.url(deb)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, 'data');
    socket.destroy();
    expect((await world.answer(world.archive.url(deb))).status).toBe(200);
    expect(world.proxy.takeProblems()).toEqual([]);
  });
});
