import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PackageSpec } from '../../support/updater/publisher.js';
import { updaterWorld } from '../../support/updater/world.js';

const small: PackageSpec = { release: '1.0', files: { hello: 'hello' } };
const world = updaterWorld();

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

  it('of which only a part comes is not read', async () => {
    world.publish(small, '/hello-1.0.zip');
    const whole = feed(world.server.url('/hello-1.0.zip'));
    world.server.misbehave('/feed', (_request, response) => {
      const range = `bytes 0-${String(whole.length - 1)}/${String(whole.length * 2)}`;
      response.writeHead(206, { 'content-range': range }).end(whole);
    });
    configureFeed();
    const { exitCode, stderr } = await world.update();
    expect(stderr).toContain('the server sends a part of it');
    expect(exitCode).toBe(2);
  });

  it('may announce a place beside its own', async () => {
    world.publish(small, '/files/hello-1.0.zip');
    world.server.put('/feed', feed('files/hello-1.0.zip'));
    configureFeed();
    expect((await world.update()).exitCode).toBe(0);
  });

  it.each([
    ['no XML', 'not found', /it can't be read as a feed: it is not XML\n/],
    [
      'bytes of any kind',
      Buffer.alloc(5000, '\x01\x02\x03<a>'),
      /it can't be read as a feed: it is not XML\n/,
    ],
    ['a tag without end', `<a ${'b'.repeat(5000)}`, /^ {2}\S+: it can't be read as a feed: .{1,101}$/m],
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
    expect(stderr).not.toContain('could not download');
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
    const { exitCode, stderr } = await world.update();
    expect(stderr).toMatch(/could not download from \S+\/gone: the server says 404/);
    expect(exitCode).toBe(0);
  });

  it.each([
    ['/gone', 404, /hint: see whether the addresses.* are right/],
    ['/busy', 503, /hint: try again later/],
  ])('that says %s, %i has a hint that fits', async (path, status, hint) => {
    world.server.misbehave(path, (_request, response) =>
      response.writeHead(status, { 'content-length': 0 }).end(),
    );
    world.configureUrl(path);
    const { exitCode, stderr } = await world.update();
    expect(stderr).toMatch(hint);
    expect(stderr.match(new RegExp(`the server says ${String(status)}`, 'g'))).toHaveLength(1);
    expect(exitCode).toBe(2);
  });

  it('with a broken xpath is refused at once', async () => {
    configureFeed('//item[');
    const { exitCode, stderr } = await world.update();
    expect(stderr).toContain('the xpath of a feed must be an XPath');
    expect(exitCode).toBe(2);
    expect(world.server.requests).toEqual([]);
  });
});
