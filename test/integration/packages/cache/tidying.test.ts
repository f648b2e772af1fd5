import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownMark } from '../../../../src/core/files/owner-mark.js';
import { tidyPackages } from '../../../../src/packages/cache/tidy.js';
import { sha256 } from '../../../support/digest.js';
import { ended } from '../../../support/marks.js';
import { cacheWorld, deb, got, package1, release } from '../../../support/servers/package-cache-world.js';
import { until } from '../../../support/until.js';

const world = cacheWorld();

const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);
const age = (path: string, days: number): void => {
  utimesSync(path, daysAgo(days), daysAgo(days));
};
const root = (): string => join(world.folder, 'packages');
const names = (): string[] =>
  world
    .files('content')
    .map((path) => path.slice(-64))
    .sort();

/** As if the cache was tidied so many days ago. */
function lastTidied(days: number): void {
  const stamp = join(root(), 'tidied');
  writeFileSync(stamp, '');
  age(stamp, days);
}

async function tidied(days: number): Promise<void> {
  lastTidied(days);
  await tidyPackages(root(), new AbortController().signal);
}

describe('a cache', () => {
  /** Fills it with a package and two versions of a file, of which the first is superseded. */
  const filled = async (): Promise<void> => {
    for (const version of ['first', 'second']) {
      world.archive.put(release, version, new Date());
      await using cache = await world.openCache();
      await cache.obtain(world.archive.url(deb));
      await cache.obtain(world.archive.url(release));
    }
  };
  const [first, second] = ['first', 'second'].map((text) => sha256(Buffer.from(text)));

  it('loses what a URL had before and nobody used for two weeks, and nothing else', async () => {
    await filled();
    expect(names()).toEqual([first, second, sha256(package1)].sort());
    for (const path of world.files('content')) age(path, 13);
    await tidied(2);
    expect(names()).toEqual([first, second, sha256(package1)].sort());
    for (const path of world.files('content')) age(path, 15);
    await tidied(2);
    expect(names()).toEqual([second, sha256(package1)].sort());
    const offline = await world.openCache({ offline: true });
    expect(await got(offline.obtain(world.archive.url(release)))).toBe(second);
  });

  it('is tidied while it is open, once a day, and again where that was broken off', async () => {
    await filled();
    for (const path of world.files('content')) age(path, 15);
    await tidied(0);
    expect(names()).toContain(first);
    lastTidied(2);
    await expect(tidyPackages(root(), AbortSignal.abort(new Error('closed')))).rejects.toThrow('closed');
    (await world.openCache()).tidy();
    await until(names, (left) => left.length === 2);
  });

  it('loses what a killed process was removing, and keeps what one that runs is', async () => {
    await (await world.openCache())[Symbol.asyncDispose]();
    const folder = (mark: string): string => join(root(), `removed-${mark}`);
    for (const mark of [ended, ownMark]) {
      mkdirSync(join(folder(mark), 'content'), { recursive: true });
      writeFileSync(join(folder(mark), 'content', 'x'), 'x');
    }
    await tidied(2);
    expect([existsSync(folder(ended)), existsSync(folder(ownMark))]).toEqual([false, true]);
  });
});
