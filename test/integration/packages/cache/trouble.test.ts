import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PackageStore } from '../../../../src/packages/cache/store.js';
import { isRoot } from '../../../support/base-image.js';
import { cacheWorld, deb, got, package1, release } from '../../../support/servers/package-cache-world.js';
import { until } from '../../../support/until.js';
import { sha256, tagOf } from '../../../support/digest.js';

const world = cacheWorld();

describe('an archive in trouble', () => {
  const interrupted = (bytes: number, headers = {}): void => {
    world.archive.misbehave(deb, (_request, response, { good, count }) => {
      if (count > 0) {
        good();
        return;
      }
      response.writeHead(200, { etag: tagOf(package1), 'content-length': package1.length, ...headers });
      response.write(package1.subarray(0, bytes), () => setTimeout(() => response.destroy(), 300));
    });
  };

  it('that breaks off is gone on with from there', async () => {
    interrupted(1 << 20);
    expect(await got((await world.openCache()).obtain(world.archive.url(deb)))).toBe(sha256(package1));
    const [, second] = world.archive.seen();
    expect([second?.status, second?.headers.range]).toEqual([206, expect.stringMatching(/^bytes=\d{4,}-$/)]);
  });

  it('that has another file by then gives that one', async () => {
    interrupted(1 << 20);
    const other = randomBytes(2 << 20);
    const asked = (await world.openCache()).obtain(world.archive.url(deb));
    await until(
      () => world.files('incoming'),
      ([one]) => one !== undefined,
    );
    const { headers } = { headers: { 'content-length': other.length, etag: tagOf(other) } };
    world.archive.misbehave(deb, (_request, response) => response.writeHead(200, headers).end(other));
    expect(await got(asked)).toBe(sha256(other));
  });

  it('that can not go on from there is begun with again', async () => {
    interrupted(1 << 20, { etag: 'W/"weak"' });
    expect(await got((await world.openCache()).obtain(world.archive.url(deb)))).toBe(sha256(package1));
    expect(world.archive.seen().map(({ status }) => status)).toEqual([200, 200]);
  });

  it('that answers a question for a part with a part of something else is asked for all', async () => {
    world.archive.misbehave(deb, ({ headers }, response, { good, count }) => {
      if (count === 0) {
        response.writeHead(200, { etag: '"1"', 'content-length': package1.length });
        response.write(package1.subarray(0, 1000), () => setTimeout(() => response.destroy(), 300));
      } else if (count === 1) {
        expect(headers.range).toBe('bytes=1000-');
        response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('wrong');
      } else if (count === 2) {
        expect(headers.range).toBeUndefined();
        response.writeHead(416).end();
      } else good();
    });
    expect(await got((await world.openCache()).obtain(world.archive.url(deb)))).toBe(sha256(package1));
  });

  it('is asked again when that may help', async () => {
    world.archive.misbehave(deb, (_request, response, { good, count }) => {
      if (count < 2) response.writeHead(count === 0 ? 503 : 429).end('busy');
      else good();
    });
    expect(await got((await world.openCache()).obtain(world.archive.url(deb)))).toBe(sha256(package1));
  });

  it.each([
    [404, 'refused: the server says 404 (there is no such file)', 1],
    [403, 'refused: the server says 403 (it is not given to us)', 1],
    [410, 'refused: the server says 410 (the file is gone)', 1],
    [500, 'failed: the server says 500 (it has an error)', 4],
    [503, 'failed: the server says 503 (it is busy)', 4],
    [204, 'failed: the server says 204', 1],
  ])('that says %d is told as "%s"', async (status, told, times) => {
    world.archive.misbehave(deb, (_request, response) =>
      response.writeHead(status, { 'content-length': 0 }).end(),
    );
    expect(await got((await world.openCache()).obtain(world.archive.url(deb)))).toBe(told);
    expect(world.archive.seen()).toHaveLength(times);
    expect([world.files('content'), world.files('index'), world.files('incoming')]).toEqual([[], [], []]);
  });

  it.each([
    ['never answers', () => undefined, 'no answer for 0.2 s'],
    [
      'stops in the middle',
      (
        _request: unknown,
        response: { writeHead: (status: number, headers: object) => { write: (bytes: string) => void } },
      ) => {
        response.writeHead(200, { 'content-length': 10 }).write('x');
      },
      'nothing came for 0.2 s',
    ],
  ])('that %s is given up', async (_title, how, told) => {
    world.archive.misbehave(deb, how as never);
    const cache = await world.openCache({ manner: { timeout: 200, pauses: [1] } });
    expect(await got(cache.obtain(world.archive.url(deb)))).toBe(`failed: ${told}`);
  });

  it('is waited for once, and not again for every file, until it answers', async () => {
    const cache = await world.openCache();
    for (const path of [deb, release]) world.archive.misbehave(path, (_, response) => response.destroy());
    expect(await got(cache.obtain(world.archive.url(deb)))).toMatch(/^failed: /);
    expect(await got(cache.obtain(world.archive.url(release)))).toMatch(/^failed: /);
    expect(world.archive.seen()).toHaveLength(4 + 1);
    world.archive.put(release, 'back');
    expect(await got(cache.obtain(world.archive.url(release)))).toBe(sha256(Buffer.from('back')));
    const answered = world.archive.seen().length;
    expect(await got(cache.obtain(world.archive.url(deb)))).toMatch(/^failed: /);
    expect(world.archive.seen().length - answered).toBeGreaterThan(1);
  });

  it('that said nothing all the time is not asked again so soon', async () => {
    const cache = await world.openCache({ manner: { timeout: 400, pauses: [1] } });
    world.archive.misbehave(deb, () => undefined);
    expect(await got(cache.obtain(world.archive.url(deb)))).toBe('failed: no answer for 0.4 s');
    const asked = world.archive.seen().length;
    expect(await got(cache.obtain(world.archive.url(release)))).toBe('failed: no answer for 0.4 s');
    expect(world.archive.seen()).toHaveLength(asked);
    await until(
      async () => got(cache.obtain(world.archive.url(release))),
      (answer) => answer === sha256(Buffer.from('first')),
    );
  });

  it('that is not there is told', async () => {
    const cache = await world.openCache();
    const url = world.archive.url(deb);
    await world.archive[Symbol.asyncDispose]();
    expect(await got(cache.obtain(url))).toBe('failed: the connection was refused');
  });

  it('that says nothing has changed when nothing was known is not believed', async () => {
    world.archive.misbehave(deb, (_request, response) => response.writeHead(304).end());
    expect(await got((await world.openCache()).obtain(world.archive.url(deb)))).toBe(
      'failed: the archive says that nothing has changed',
    );
  });

  it('that sends without end is left', async () => {
    world.archive.misbehave(deb, (_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (response.writable && response.write(package1)) continue;
        if (response.writable) response.once('drain', more);
      };
      more();
    });
    const cache = await world.openCache({ manner: { limit: 20 << 20 } });
    expect(await got(cache.obtain(world.archive.url(deb)))).toBe('failed: it is larger than any package');
    expect(world.files('incoming')).toEqual([]);
  });

  it('does not stop who closes the cache', async () => {
    world.archive.misbehave(deb, () => undefined);
    const cache = await world.openCache({ manner: { timeout: 60_000 } });
    const asked = got(cache.obtain(world.archive.url(deb))).catch(
      (error: unknown) => (error as Error).message,
    );
    await until(
      () => world.archive.connections,
      (count) => count > 0,
    );
    await cache[Symbol.asyncDispose]();
    expect(await asked).toBe('the package cache is closed');
  });
});

describe.skipIf(!isRoot)('a full disk (skipped without root)', () => {
  it('is told, and nothing is left of what did not fit', async () => {
    const place = join(world.folder, 'packages');
    mkdirSync(place);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', place]);
    try {
      const cache = await world.openCache();
      expect(await got(cache.obtain(world.archive.url(deb)))).toBe(
        `disk: the disk that holds "${place}" is full`,
      );
      expect(world.files('incoming')).toEqual([]);
      expect(await got(cache.obtain(world.archive.url(release)))).toBe(sha256(Buffer.from('first')));
      await cache[Symbol.asyncDispose]();
    } finally {
      execFileSync('umount', [place]);
    }
  });
});

describe('a package cache', () => {
  it.each([
    ['/proc/gitian', 'no folder can be made there'],
    ['/proc/version/packages', '"/proc/version" is not a folder'],
  ])("can't be at %s, and says why", async (folder, reason) => {
    await expect(PackageStore.open(folder)).rejects.toMatchObject({
      code: 'package-cache-unusable',
      message: `the package cache "${folder}" can't be used: ${reason}`,
    });
  });
});
