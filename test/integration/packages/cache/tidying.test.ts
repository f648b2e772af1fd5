import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tidyPackages } from '../../../../src/packages/cache/tidy.js';
import { sha256 } from '../../../support/digest.js';
import { cacheWorld, deb, got, package1, release } from '../../../support/package-cache-world.js';
import { until } from '../../../support/until.js';

const world = cacheWorld();

const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);
const age = (path: string, days: number): void => {
  utimesSync(path, daysAgo(days), daysAgo(days));
};
const stamp = (): string => join(world.folder, 'packages', 'tidied');
const names = (): string[] =>
  world
    .files('content')
    .map((path) => path.slice(-64))
    .sort();

/** Tidies the cache as one that was not tidied for two days. */
async function tidied(): Promise<void> {
  age(stamp(), 2);
  await tidyPackages(join(world.folder, 'packages'), new AbortController().signal);
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
    await tidied();
    expect(names()).toEqual([first, second, sha256(package1)].sort());
    for (const path of world.files('content')) age(path, 15);
    await tidied();
    expect(names()).toEqual([second, sha256(package1)].sort());
    const offline = await world.openCache({ offline: true });
    expect(await got(offline.obtain(world.archive.url(release)))).toBe(second);
  });

  it('is tidied when it is opened, once a day', async () => {
    await filled();
    for (const path of world.files('content')) age(path, 15);
    await tidyPackages(join(world.folder, 'packages'), new AbortController().signal);
    expect(names()).toContain(first);
    age(stamp(), 2);
    await world.openCache();
    await until(names, (left) => left.length === 2);
  });

  it('loses what a killed process was removing, and keeps what one that runs is', async () => {
    await (await world.openCache())[Symbol.asyncDispose]();
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
    const { pid: dead } = spawnSync('true');
    const folder = (pid: number): string =>
      join(world.folder, 'packages', `removed-${namespace}-${String(pid)}`);
    for (const pid of [dead, process.ppid]) {
      mkdirSync(join(folder(pid), 'content'), { recursive: true });
      writeFileSync(join(folder(pid), 'content', 'x'), 'x');
    }
    await tidied();
    expect([existsSync(folder(dead)), existsSync(folder(process.ppid))]).toEqual([false, true]);
  });
});
