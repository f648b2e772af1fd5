import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { project } from '../../../support/commands.js';
import { cacheWorld, deb, got, package1, release } from '../../../support/servers/package-cache-world.js';
import { until } from '../../../support/until.js';
import { sha256, tagOf } from '../../../support/digest.js';

const world = cacheWorld();

describe('a file of an archive', () => {
  it('is fetched once, when it never changes', async () => {
    const cache = await world.openCache();
    for (let count = 0; count < 3; count++)
      expect(await got(cache.obtain(world.archive.url(deb)))).toBe(sha256(package1));
    const later = await world.openCache();
    expect(await got(later.obtain(world.archive.url(deb)))).toBe(sha256(package1));
    expect(world.archive.seen()).toHaveLength(1);
  });

  it('is fetched once for all who ask at the same time', async () => {
    const cache = await world.openCache();
    const all = Array.from({ length: 20 }, async () => got(cache.obtain(world.archive.url(deb))));
    expect(new Set(await Promise.all(all))).toEqual(new Set([sha256(package1)]));
    expect(world.archive.seen()).toHaveLength(1);
  });

  it('that can change is asked for once per build, on a condition', async () => {
    const url = world.archive.url(release);
    const first = await world.openCache();
    for (let count = 0; count < 3; count++)
      expect(await got(first.obtain(url))).toBe(sha256(Buffer.from('first')));
    const second = await world.openCache();
    for (let count = 0; count < 3; count++)
      expect(await got(second.obtain(url))).toBe(sha256(Buffer.from('first')));
    world.archive.put(release, 'second', new Date());
    const third = await world.openCache();
    for (let count = 0; count < 3; count++)
      expect(await got(third.obtain(url))).toBe(sha256(Buffer.from('second')));
    expect(world.archive.seen().map(({ status }) => status)).toEqual([200, 304, 200]);
    expect(world.archive.seen()[1]?.headers).toMatchObject({
      'if-none-match': tagOf(Buffer.from('first')),
      'if-modified-since': new Date('2024-01-01').toUTCString(),
    });
  });

  it('may be empty', async () => {
    world.archive.put(deb, '');
    expect(await got((await world.openCache()).obtain(world.archive.url(deb)))).toBe(sha256(Buffer.alloc(0)));
    expect(await got((await world.openCache()).obtain(world.archive.url(deb)))).toBe(sha256(Buffer.alloc(0)));
    expect(world.archive.seen()).toHaveLength(1);
  });

  it('is another one for each who needs a password', async () => {
    const cache = await world.openCache();
    world.archive.misbehave(deb, ({ headers }, response, { good }) => {
      if (headers.authorization === 'Basic x') good();
      else response.writeHead(401, { 'content-length': 0 }).end();
    });
    expect(await got(cache.obtain(world.archive.url(deb)))).toBe(
      'refused: the server says 401 (a password is needed)',
    );
    expect(await got(cache.obtain(world.archive.url(deb), 'Basic x'))).toBe(sha256(package1));
    expect(await got(cache.obtain(world.archive.url(deb)))).toMatch(/^refused/);
  });

  it('is asked for over connections that are kept', async () => {
    const cache = await world.openCache();
    for (const name of ['a', 'b', 'c', 'd']) {
      world.archive.put(`/pool/${name}.deb`, name);
      await cache.obtain(world.archive.url(`/pool/${name}.deb`));
    }
    expect(world.archive.connections).toBe(1);
  });

  it('waits for its turn without running out of time, when many are asked for', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `/pool/${String(index)}.deb`);
    for (const name of names) world.archive.put(name, name);
    world.archive.answersAfter(500);
    const cache = await world.openCache({ manner: { timeout: 2000, pauses: [] } });
    const all = await Promise.all(names.map(async (name) => got(cache.obtain(world.archive.url(name)))));
    expect(all).toEqual(names.map((name) => sha256(Buffer.from(name))));
    expect(world.archive.connections).toBeLessThanOrEqual(6);
  });
});

describe('several processes', () => {
  const program = join(project, 'test/support/fetch-through-cache.js');
  const run = promisify(execFile);

  it('fetch a file once', async () => {
    world.archive.misbehave(deb, (_request, _response, { good }) => setTimeout(good, 3000));
    const args = [program, join(world.folder, 'packages'), world.archive.url(deb)];
    const all = await Promise.all([1, 2, 3].map(async () => (await run(process.execPath, args)).stdout));
    expect(all).toEqual(Array.from({ length: 3 }, () => `${sha256(package1)}\n`));
    expect(world.archive.seen()).toHaveLength(1);
    expect(world.files('claims')).toEqual([]);
  });

  it('do so in a folder whose name is too long for a socket', async () => {
    const deep = join(world.folder, 'x'.repeat(120), 'packages');
    mkdirSync(deep, { recursive: true });
    world.archive.misbehave(deb, (_request, _response, { good }) => setTimeout(good, 3000));
    const args = [program, deep, world.archive.url(deb)];
    await Promise.all([1, 2].map(async () => run(process.execPath, args)));
    expect(world.archive.seen()).toHaveLength(1);
    expect(readdirSync(join(deep, 'claims'))).toEqual([]);
  });

  it('go on at once when one of them is killed in the middle, and nothing of it is broken', async () => {
    world.archive.misbehave(deb, (_request, response, { good, count }) => {
      if (count > 0) good();
      else
        response.writeHead(200, { 'content-length': package1.length }).write(package1.subarray(0, 1 << 20));
    });
    const killed = spawn(process.execPath, [program, join(world.folder, 'packages'), world.archive.url(deb)]);
    await until(
      () => (existsSync(join(world.folder, 'packages/incoming')) ? world.files('incoming') : []),
      ([one]) => one !== undefined && readFileSync(one).length > 0,
    );
    const cache = await world.openCache();
    const waiting = got(cache.obtain(world.archive.url(deb)));
    await until(
      () => world.files('claims'),
      ({ length }) => length > 0,
    );
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(await waiting).toBe(sha256(package1));
    expect(world.files('claims')).toEqual([]);
    expect(world.files('incoming')).toHaveLength(1);
    await world.openCache();
    expect(world.files('incoming')).toEqual([]);
  });
});
