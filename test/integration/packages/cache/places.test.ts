import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PackageCache } from '../../../../src/packages/cache/package-cache.js';
import type { ArchiveServer } from '../../../support/servers/archive-server.js';
import { byHash, cacheWorld, deb, got, package1 } from '../../../support/servers/package-cache-world.js';
import { sha256 } from '../../../support/digest.js';

const world = cacheWorld();

describe('another mirror', () => {
  let mirror: ArchiveServer;
  beforeEach(async () => {
    mirror = await world.otherArchive();
    await (await world.openCache()).obtain(world.archive.url(deb));
  });
  const bothOpen = (): Promise<PackageCache> =>
    world.openCache({ rules: { chosen: new Set([world.archive.origin, mirror.origin]), named: new Set() } });
  const path = deb.replace('/debian', '/mirrors/debian');

  it('of the same files is not asked for them again', async () => {
    mirror.put(path, package1);
    const cache = await bothOpen();
    expect(await got(cache.obtain(mirror.url(path)))).toBe(sha256(package1));
    expect(mirror.seen().map(({ method }) => method)).toEqual(['HEAD']);
    expect(await got((await bothOpen()).obtain(mirror.url(path)))).toBe(sha256(package1));
    expect(mirror.seen()).toHaveLength(1);
  });

  it('that has another file of that name is asked for it', async () => {
    const other = randomBytes(package1.length);
    mirror.put(path, other, new Date());
    expect(await got((await bothOpen()).obtain(mirror.url(path)))).toBe(sha256(other));
    expect(await got((await bothOpen()).obtain(world.archive.url(deb)))).toBe(sha256(package1));
  });

  it('that does not have the file says so', async () => {
    expect(await got((await bothOpen()).obtain(mirror.url(path)))).toMatch(/^refused: the server says 404/);
  });

  it('is not asked at all for what is named by its digest', async () => {
    const index = randomBytes(1000);
    world.archive.put(byHash(index), index);
    const cache = await bothOpen();
    await cache.obtain(world.archive.url(byHash(index)));
    expect(await got(cache.obtain(mirror.url(byHash(index))))).toBe(sha256(index));
    expect(mirror.seen()).toEqual([]);
  });
});

describe('where an archive leads', () => {
  it('may be another archive that was chosen', async () => {
    const other = await world.otherArchive();
    other.put('/elsewhere', package1);
    world.archive.misbehave(deb, (_request, response) =>
      response.writeHead(302, { location: other.url('/elsewhere') }).end(),
    );
    const both = { chosen: new Set([world.archive.origin, other.origin]), named: new Set<string>() };
    expect(await got((await world.openCache({ rules: both })).obtain(world.archive.url(deb)))).toBe(
      sha256(package1),
    );
    expect(await got((await world.openCache()).obtain(world.archive.url(deb)))).toBe(sha256(package1));
  });

  it('is nowhere on this host', async () => {
    const other = await world.otherArchive();
    for (const location of [
      other.url('/x'),
      other.url('/x').replace('127.0.0.1', 'localhost'),
      'http://[::1]:1/x',
    ]) {
      world.archive.misbehave(deb, (_request, response) => response.writeHead(302, { location }).end());
      expect(await got((await world.openCache()).obtain(world.archive.url(deb)))).toBe(
        `failed: "${new URL(location).host}" is no public host, and it may lead to those alone`,
      );
    }
    expect(other.connections).toBe(0);
  });

  it('nor is what a descriptor names', async () => {
    const rules = { chosen: new Set<string>(), named: new Set([world.archive.origin]) };
    expect(await got((await world.openCache({ rules })).obtain(world.archive.url(deb)))).toMatch(
      /is this host, where it may not lead$/,
    );
    const strangers = { chosen: new Set<string>(), named: new Set<string>() };
    expect(await got((await world.openCache({ rules: strangers })).obtain(world.archive.url(deb)))).toMatch(
      /is an archive of neither the base image nor the descriptor$/,
    );
    expect(world.archive.connections).toBe(0);
  });
});

describe("this host's own proxy", () => {
  it('is asked, with the names that archives have, unless it is not wanted for them', async () => {
    const proxies = { http: `127.0.0.1:${String(world.archive.port)}`, https: '', none: 'no-proxy.example' };
    const names = ['http://archive.example', 'http://no-proxy.example'];
    const cache = await world.openCache({ proxies, rules: { chosen: new Set(names), named: new Set() } });
    expect(await got(cache.obtain(`http://archive.example${deb}`))).toBe(sha256(package1));
    expect(world.archive.seen()[0]?.headers.host).toBe('archive.example');
    expect(await got(cache.obtain(`http://no-proxy.example${deb}`))).toMatch(/^failed: /);
    expect(world.archive.seen()).toHaveLength(1);
  });
});
