import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { outcomeOf, startCommand } from '../../support/running-command.js';
import { tagOf, type Misbehaviour } from '../../support/updater/file-server.js';
import type { PackageSpec } from '../../support/updater/publisher.js';
import { runCommand } from '../../support/updater/run-command.js';
import { updaterWorld } from '../../support/updater/world.js';

const small: PackageSpec = { release: '1.0', files: { hello: 'hello' } };
const large: PackageSpec = { release: '1.0', files: { data: randomBytes(3 << 20) } };

const world = updaterWorld();

/** Serves the package badly; `good` answers well. */
function misbehave(
  how: (good: () => void, request: IncomingMessage, response: ServerResponse, count: number) => void,
): void {
  let count = 0;
  world.server.misbehave('/hello.zip', (request, response) => {
    how(
      () => {
        world.server.answer(request, response);
      },
      request,
      response,
      count++,
    );
  });
}

/** Sends a part of the package with the headers of the whole, and breaks off. */
const breakOff = (
  response: ServerResponse,
  bytes: number,
  headers: Record<string, string | number> = {},
): void => {
  const content = world.server.content('/hello.zip');
  response.writeHead(200, { etag: tagOf(content), 'content-length': content.length, ...headers });
  response.write(content.subarray(0, bytes), () => setTimeout(() => response.destroy(), 50));
};

describe('a broken connection', () => {
  it('is gone on from where it broke', async () => {
    world.publish(large);
    world.configureUrl();
    const ranges: (string | undefined)[] = [];
    misbehave((good, { headers }, response, count) => {
      ranges.push(headers.range);
      if (count === 0) breakOff(response, 1_000_000);
      else good();
    });
    expect((await world.update()).exitCode).toBe(0);
    expect(ranges).toEqual([undefined, 'bytes=1000000-']);
    expect(Object.keys(world.installed())).toEqual(['data']);
  });

  it('is gone on from by the next call, when it breaks each time', async () => {
    world.publish(large);
    world.configureUrl();
    misbehave((_good, { headers }, response) => {
      if (headers.range === undefined) breakOff(response, 2_000_000);
      else response.destroy();
    });
    const broken = await world.update();
    expect(broken.exitCode).toBe(2);
    expect(broken.stderr).toContain('the connection was cut');
    expect(existsSync(world.dest)).toBe(false);
    expect(readdirSync(world.folder)).toEqual(['.dest.gitian-update', 'config.yml']);
    world.publish(large);
    world.server.requests.length = 0;
    expect((await world.update()).exitCode).toBe(0);
    expect(world.server.requests.map(({ headers }) => headers.range)).toEqual(['bytes=2000000-']);
    expect(readdirSync(world.folder)).toEqual(['config.yml', 'dest']);
  });

  it('starts from the beginning when the file has changed meanwhile', async () => {
    world.publish(large);
    world.configureUrl();
    misbehave((good, _request, response, count) => {
      if (count > 0) good();
      else breakOff(response, 1_000_000, { etag: '"of an older file"' });
    });
    expect((await world.update()).exitCode).toBe(0);
  });

  it('starts from the beginning when the server names no version', async () => {
    world.publish(large);
    world.configureUrl();
    misbehave((_good, { headers }, response, count) => {
      expect(headers.range).toBeUndefined();
      const content = world.server.content('/hello.zip');
      response.writeHead(200, { 'content-length': content.length });
      if (count > 0) response.end(content);
      else response.write(content.subarray(0, 5000), () => setTimeout(() => response.destroy(), 50));
    });
    expect((await world.update()).exitCode).toBe(0);
  });

  it('is gone on from after ^C', async () => {
    world.publish(large);
    world.configureUrl();
    misbehave((_good, _request, response) => {
      const content = world.server.content('/hello.zip');
      response.writeHead(200, { etag: tagOf(content), 'content-length': content.length });
      response.write(content.subarray(0, 1_500_000));
    });
    const running = startCommand('gitian-updater', ['-c', 'config.yml', '-d', 'dest'], { cwd: world.folder });
    const ended = outcomeOf(running);
    const part = world.at('.dest.gitian-update/package.zip.part');
    while (!existsSync(part) || statSync(part).size < 1_500_000) await sleep(10);
    running.kill('SIGINT');
    expect(await ended).toMatchObject({ exitCode: 130 });
    world.publish(large);
    world.server.requests.length = 0;
    expect((await world.update()).exitCode).toBe(0);
    expect(world.server.requests[0]?.headers.range).toBe('bytes=1500000-');
    expect(readdirSync(world.folder)).toEqual(['config.yml', 'dest']);
  });
});

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
    misbehave((_good, _request, response) => {
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
      misbehave((_good, _request, response) => {
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

describe('a file', () => {
  it('is installed from, and stays', async () => {
    writeFileSync(world.at('local package.zip'), '');
    world.publisher.publish(world.at('local package.zip'), small);
    world.configureUrl();
    const url = pathToFileURL(world.at('local package.zip')).href;
    expect((await world.update('-u', url)).exitCode).toBe(0);
    expect(existsSync(world.at('local package.zip'))).toBe(true);
    expect(world.server.requests).toEqual([]);
  });

  it.each([
    ['missing.zip', /no such file/],
    ['', /it is not a file/],
  ])('%j is told to be no package', async (name, says) => {
    world.configureUrl();
    const { exitCode, stderr } = await world.update('-u', pathToFileURL(world.at(name)).href);
    expect(stderr).toMatch(says);
    expect(exitCode).toBe(2);
  });

  it('is one of several places given with -u', async () => {
    world.publish(small);
    world.configureUrl('/elsewhere.zip');
    const { exitCode } = await world.update('-u', 'file:///missing.zip', world.server.url('/hello.zip'));
    expect(exitCode).toBe(0);
  });
});

describe('a feed', () => {
  const feed = (...links: string[]): string =>
    `<?xml version="1.0"?><rss version="2.0" xmlns:x="urn:x"><channel><link>http://example.org/</link>${links
      .map((link) => `<item><link>${link}</link><x:file url="${link}"/></item>`)
      .join('')}</channel></rss>`;
  const configureFeed = (xpath = '//item/link/text()', pattern = String.raw`hello-(\d+\.\d+)\.zip`): void => {
    world.configure([
      'rss:',
      `- url: ${world.server.url('/feed')}`,
      `  xpath: ${JSON.stringify(xpath)}`,
      `  pattern: ${JSON.stringify(pattern)}`,
    ]);
  };

  it.each([
    ['//item/link/text()', 'texts'],
    ['//item/x:file/@url', 'attributes'],
    ["//*[local-name()='file']/@url", 'names without prefixes'],
  ])('announces the newest release: %s (%s)', async (xpath) => {
    world.publish(small, '/hello-1.0.zip');
    world.publish({ ...small, release: '1.10' }, '/hello-1.10.zip');
    const links = ['/other-9.9.zip', '/hello-1.0.zip', '/hello-1.10.zip', '/hello-1.9.zip'].map((path) =>
      world.server.url(path),
    );
    world.server.put('/feed', feed(...links));
    configureFeed(xpath);
    expect((await world.update()).exitCode).toBe(0);
    expect(world.server.requests.map(({ url }) => url)).toEqual(['/feed', '/hello-1.10.zip']);
    world.server.requests.length = 0;
    expect((await world.update()).exitCode).toBe(2);
    expect(world.server.requests.map(({ url }) => url)).toEqual(['/feed']);
  });

  it('may announce a place beside its own', async () => {
    world.publish(small, '/files/hello-1.0.zip');
    world.server.put('/feed', feed('files/hello-1.0.zip'));
    configureFeed();
    expect((await world.update()).exitCode).toBe(0);
  });

  it.each([
    ['no XML', 'not found', /it can't be read as a feed/],
    ['half a feed', feed('x').slice(0, 100), /it can't be read as a feed/],
    ['nothing that fits', feed('http://example.org/other.zip'), /announces no package that fits/],
    ['a file of this machine', feed('file:///tmp/hello-1.0.zip'), /announces a package at a file address/],
    ['a script', feed('javascript:hello-1.0.zip'), /announces a package at a javascript address/],
    [
      'entities without end',
      `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><rss><item><link>&b;hello-1.0.zip</link></item></rss>`,
      /feed|announces/,
    ],
    [
      'a file of this machine as an entity',
      `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><item><link>&a;</link></item></rss>`,
      /feed|announces/,
    ],
    ['nesting without end', `${'<a>'.repeat(200_000)}${'</a>'.repeat(200_000)}`, /feed|announces/],
    ['more than any feed', Buffer.alloc(5 << 20, ' '), /more than 4194304 bytes/],
  ])('with %s is passed over', async (_, content, says) => {
    world.server.put('/feed', content);
    configureFeed();
    const { exitCode, stderr } = await world.update();
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/this is a bug/);
    expect(exitCode).toBe(2);
  });

  it('that is down leaves the other places', async () => {
    world.publish(small);
    configureFeed();
    const config = world.publisher.configuration({
      lines: [
        `rss: [{url: "${world.server.url('/gone')}", xpath: //item, pattern: x}]`,
        `urls: [{url: "${world.server.url('/hello.zip')}"}]`,
      ],
    });
    writeFileSync(world.at('config.yml'), config);
    expect((await world.update()).exitCode).toBe(0);
  });

  it('with a broken xpath is refused at once', async () => {
    configureFeed('//item[');
    const { exitCode, stderr } = await world.update();
    expect(stderr).toContain('the xpath of a feed must be an XPath');
    expect(exitCode).toBe(2);
    expect(world.server.requests).toEqual([]);
  });
});

describe('a proxy from the environment', () => {
  it('is asked for http', async () => {
    world.publish(small);
    world.server.put('http://elsewhere.example/hello.zip', world.server.content('/hello.zip'));
    world.configure(['urls:', '- url: http://elsewhere.example/hello.zip']);
    const args = ['-c', 'config.yml', '-d', 'dest'];
    const { exitCode } = await runCommand('gitian-updater', args, {
      cwd: world.folder,
      env: { http_proxy: world.server.url('') },
    });
    expect(exitCode).toBe(0);
    expect(world.server.requests.map(({ url }) => url)).toEqual(['http://elsewhere.example/hello.zip']);
  });

  it('is not asked for what no_proxy names', async () => {
    world.publish(small);
    world.configureUrl();
    const env = { http_proxy: 'http://127.0.0.1:9', no_proxy: '127.0.0.1' };
    expect(
      (await runCommand('gitian-updater', ['-c', 'config.yml', '-d', 'dest'], { cwd: world.folder, env }))
        .exitCode,
    ).toBe(0);
  });

  it('tunnels https', async () => {
    const asked: string[] = [];
    const proxy = createServer((socket) => {
      socket.once('data', (bytes) => {
        asked.push(bytes.toString().split('\r\n')[0] ?? '');
        socket.end('HTTP/1.1 502 No\r\n\r\n');
      });
      socket.on('error', () => undefined);
    });
    const port = await new Promise<number>((resolve) =>
      proxy.listen(0, '127.0.0.1', () => {
        resolve((proxy.address() as AddressInfo).port);
      }),
    );
    world.configure(['urls:', '- url: https://elsewhere.example/hello.zip']);
    const env = { https_proxy: `http://127.0.0.1:${String(port)}` };
    const { exitCode } = await runCommand('gitian-updater', ['-c', 'config.yml', '-d', 'dest'], {
      cwd: world.folder,
      env,
    });
    proxy.close();
    expect(asked[0]).toBe('CONNECT elsewhere.example:443 HTTP/1.1');
    expect(exitCode).toBe(2);
  });
});
