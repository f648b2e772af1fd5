import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { rm, truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  byHash,
  cacheWorld,
  deb,
  got,
  package1,
  release,
} from '../../../support/servers/package-cache-world.js';
import { sha256 } from '../../../support/digest.js';

const world = cacheWorld();

describe('a lying archive', () => {
  it('is found out where the name promises a digest, asked again, and nothing of it is kept', async () => {
    const index = randomBytes(1 << 20);
    world.archive.misbehave(byHash(index), (_request, response) =>
      response.writeHead(200).end('something else'),
    );
    const cache = await world.openCache();
    expect(await got(cache.obtain(world.archive.url(byHash(index))))).toBe(
      "failed: the archive sends something else than the file's name promises",
    );
    expect([world.files('content'), world.files('index')]).toEqual([[], []]);
    world.archive.put(byHash(index), index);
    expect(await got(cache.obtain(world.archive.url(byHash(index))))).toBe(sha256(index));
  });

  it('is asked again for what turned out to be wrong', async () => {
    world.archive.misbehave(deb, (_request, response, { good, count }) => {
      if (count === 0) response.writeHead(200).end('lies');
      else good();
    });
    const cache = await world.openCache();
    expect(await got(cache.obtain(world.archive.url(deb)))).toBe(sha256(Buffer.from('lies')));
    await cache.forget([world.archive.url(deb)]);
    expect([world.files('content'), world.files('index')]).toEqual([[], []]);
    expect(await got(cache.obtain(world.archive.url(deb)))).toBe(sha256(package1));
  });

  it.each([deb, release])('is asked again by everybody who has a password for %s', async (path) => {
    const url = world.archive.url(path);
    const cache = await world.openCache();
    const all = async (): Promise<string[]> =>
      Promise.all([undefined, 'Basic x', 'Basic y'].map(async (login) => got(cache.obtain(url, login))));
    world.archive.put(path, 'lies');
    expect(new Set(await all())).toEqual(new Set([sha256('lies')]));
    world.archive.put(path, 'true');
    await cache.forget([url]);
    expect([world.files('content'), world.files('index')]).toEqual([[], []]);
    expect(new Set(await all())).toEqual(new Set([sha256('true')]));
  });

  it('is believed as before in what else it gave', async () => {
    const cache = await world.openCache();
    await cache.obtain(world.archive.url(deb), 'Basic x');
    await cache.obtain(world.archive.url(release), 'Basic x');
    await cache.forget([world.archive.url(release)]);
    expect(await got(cache.obtain(world.archive.url(deb), 'Basic x'))).toBe(sha256(package1));
    expect(world.archive.seen(/deb$/)).toHaveLength(1);
  });

  it('is asked again for what can change, too', async () => {
    const cache = await world.openCache();
    await cache.obtain(world.archive.url(release));
    world.archive.put(release, 'second', new Date());
    await cache.forget([world.archive.url(release)]);
    expect(await got(cache.obtain(world.archive.url(release)))).toBe(sha256(Buffer.from('second')));
  });
});

describe('a poisoned cache', () => {
  it.each([
    [
      'changed',
      (path: string) => {
        writeFileSync(path, randomBytes(package1.length));
        return Promise.resolve();
      },
    ],
    ['cut', (path: string) => truncate(path, 100)],
    ['gone', (path: string) => rm(path)],
  ])('whose content is %s is found, and fetched again', async (_title, harm) => {
    await (await world.openCache()).obtain(world.archive.url(deb));
    const [path = ''] = world.files('content');
    await harm(path);
    const cache = await world.openCache();
    expect(await got(cache.obtain(world.archive.url(deb)))).toBe(sha256(package1));
    expect(world.archive.seen()).toHaveLength(2);
    expect(await got(cache.obtain(world.archive.url(deb)))).toBe(sha256(package1));
    expect(world.archive.seen()).toHaveLength(2);
  });

  it('is not asked for changes of what it does not have any more', async () => {
    await (await world.openCache()).obtain(world.archive.url(release));
    writeFileSync(world.files('content')[0] ?? '', 'fIrst');
    expect(await got((await world.openCache()).obtain(world.archive.url(release)))).toBe(
      sha256(Buffer.from('first')),
    );
    expect(world.archive.seen().map(({ status }) => status)).toEqual([200, 200]);
  });

  it.each(['', '{"url":', 'null'])('whose index says %j is begun anew', async (text) => {
    await (await world.openCache()).obtain(world.archive.url(deb));
    writeFileSync(world.files('index')[0] ?? '', text);
    expect(await got((await world.openCache()).obtain(world.archive.url(deb)))).toBe(sha256(package1));
  });
});

describe('without a network', () => {
  it('all comes from the cache, what could have changed too, and what is missing is told', async () => {
    const cache = await world.openCache();
    await cache.obtain(world.archive.url(deb));
    await cache.obtain(world.archive.url(release));
    const offline = await world.openCache({ offline: true });
    expect(await got(offline.obtain(world.archive.url(deb)))).toBe(sha256(package1));
    expect(await got(offline.obtain(world.archive.url(release)))).toBe(sha256(Buffer.from('first')));
    expect(await got(offline.obtain(world.archive.url('/other')))).toBe(
      'missing: it is not in the package cache',
    );
    expect(world.archive.seen()).toHaveLength(2);
  });

  it('a broken content is missing', async () => {
    await (await world.openCache()).obtain(world.archive.url(deb));
    writeFileSync(world.files('content')[0] ?? '', 'x');
    const offline = await world.openCache({ offline: true });
    expect(await got(offline.obtain(world.archive.url(deb)))).toBe('missing: it is not in the package cache');
  });
});
