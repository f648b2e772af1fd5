import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Obtained } from '../../../src/packages/cache/obtained.js';
import { PackageCache, type PackageCacheOptions } from '../../../src/packages/cache/package-cache.js';
import { ArchiveServer, tagOf } from '../../support/archive-server.js';
import { isRoot } from '../../support/base-image.js';
import { project } from '../../support/commands.js';
import { until } from '../../support/until.js';

const deb = '/debian/pool/main/a/a_1_amd64.deb';
const release = '/debian/dists/x/InRelease';
const package1 = randomBytes(3 << 20);
const sum = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const byHash = (content: Buffer): string => `/debian/dists/x/main/by-hash/SHA256/${sum(content)}`;

let folder: string;
let archive: ArchiveServer;
const open: AsyncDisposable[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gitian-packages-'));
  archive = await ArchiveServer.start();
  open.push(archive);
  archive.put(deb, package1);
  archive.put(release, 'first');
});
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function otherArchive(): Promise<ArchiveServer> {
  const other = await ArchiveServer.start();
  open.push(other);
  return other;
}

async function openCache(more: Partial<PackageCacheOptions> = {}): Promise<PackageCache> {
  const cache = await PackageCache.open({
    folder: join(folder, 'packages'),
    rules: { chosen: new Set([archive.origin]), named: new Set() },
    proxies: { http: '', https: '', none: '' },
    offline: false,
    userAgent: 'test',
    signal: new AbortController().signal,
    ...more,
    manner: { timeout: 2000, pauses: [10, 10, 10], ...more.manner },
  });
  open.unshift(cache);
  return cache;
}

/** The content that was obtained, or the kind of problem and the reason. */
async function got(obtained: Obtained | Promise<Obtained>): Promise<string> {
  const found = await obtained;
  if (found.kind === 'problem') return `${found.problem.kind}: ${found.problem.reason}`;
  return sum(readFileSync(found.path));
}

const files = (place: string): string[] =>
  readdirSync(join(folder, 'packages', place), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));

describe('a file of an archive', () => {
  it('is fetched once, when it never changes', async () => {
    const cache = await openCache();
    for (let count = 0; count < 3; count++)
      expect(await got(cache.obtain(archive.url(deb)))).toBe(sum(package1));
    const later = await openCache();
    expect(await got(later.obtain(archive.url(deb)))).toBe(sum(package1));
    expect(archive.seen()).toHaveLength(1);
  });

  it('is fetched once for all who ask at the same time', async () => {
    const cache = await openCache();
    const all = Array.from({ length: 20 }, async () => got(cache.obtain(archive.url(deb))));
    expect(new Set(await Promise.all(all))).toEqual(new Set([sum(package1)]));
    expect(archive.seen()).toHaveLength(1);
  });

  it('that can change is asked for once per build, on a condition', async () => {
    const url = archive.url(release);
    const first = await openCache();
    for (let count = 0; count < 3; count++)
      expect(await got(first.obtain(url))).toBe(sum(Buffer.from('first')));
    const second = await openCache();
    for (let count = 0; count < 3; count++)
      expect(await got(second.obtain(url))).toBe(sum(Buffer.from('first')));
    archive.put(release, 'second', new Date());
    const third = await openCache();
    for (let count = 0; count < 3; count++)
      expect(await got(third.obtain(url))).toBe(sum(Buffer.from('second')));
    expect(archive.seen().map(({ status }) => status)).toEqual([200, 304, 200]);
    expect(archive.seen()[1]?.headers).toMatchObject({
      'if-none-match': tagOf(Buffer.from('first')),
      'if-modified-since': new Date('2024-01-01').toUTCString(),
    });
  });

  it('may be empty', async () => {
    archive.put(deb, '');
    expect(await got((await openCache()).obtain(archive.url(deb)))).toBe(sum(Buffer.alloc(0)));
    expect(await got((await openCache()).obtain(archive.url(deb)))).toBe(sum(Buffer.alloc(0)));
    expect(archive.seen()).toHaveLength(1);
  });

  it('is another one for each who needs a password', async () => {
    const cache = await openCache();
    archive.misbehave(deb, ({ headers }, response, good) => {
      if (headers.authorization === 'Basic x') good();
      else response.writeHead(401, { 'content-length': 0 }).end();
    });
    expect(await got(cache.obtain(archive.url(deb)))).toBe(
      'refused: the server says 401 (a password is needed)',
    );
    expect(await got(cache.obtain(archive.url(deb), 'Basic x'))).toBe(sum(package1));
    expect(await got(cache.obtain(archive.url(deb)))).toMatch(/^refused/);
  });

  it('is asked for over connections that are kept', async () => {
    const cache = await openCache();
    for (const name of ['a', 'b', 'c', 'd']) {
      archive.put(`/pool/${name}.deb`, name);
      await cache.obtain(archive.url(`/pool/${name}.deb`));
    }
    expect(archive.connections).toBe(1);
  });

  it('waits for its turn without running out of time, when many are asked for', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `/pool/${String(index)}.deb`);
    for (const name of names) archive.put(name, name);
    archive.answersAfter(120);
    const cache = await openCache({ manner: { timeout: 400, pauses: [] } });
    const all = await Promise.all(names.map(async (name) => got(cache.obtain(archive.url(name)))));
    expect(all).toEqual(names.map((name) => sum(Buffer.from(name))));
    expect(archive.connections).toBeLessThanOrEqual(6);
  });
});

describe('several processes', () => {
  const program = join(project, 'test/support/fetch-through-cache.js');
  const run = promisify(execFile);

  it('fetch a file once', async () => {
    archive.misbehave(deb, (_request, _response, good) => setTimeout(good, 3000));
    const args = [program, join(folder, 'packages'), archive.url(deb)];
    const all = await Promise.all([1, 2, 3].map(async () => (await run(process.execPath, args)).stdout));
    expect(all).toEqual(Array.from({ length: 3 }, () => `${sum(package1)}\n`));
    expect(archive.seen()).toHaveLength(1);
    expect(files('claims')).toEqual([]);
  });

  it('do so in a folder whose name is too long for a socket', async () => {
    const deep = join(folder, 'x'.repeat(120), 'packages');
    mkdirSync(deep, { recursive: true });
    archive.misbehave(deb, (_request, _response, good) => setTimeout(good, 3000));
    const args = [program, deep, archive.url(deb)];
    await Promise.all([1, 2].map(async () => run(process.execPath, args)));
    expect(archive.seen()).toHaveLength(1);
    expect(readdirSync(join(deep, 'claims'))).toEqual([]);
  });

  it('go on at once when one of them is killed in the middle, and nothing of it is broken', async () => {
    archive.misbehave(deb, (_request, response, good, count) => {
      if (count > 0) good();
      else
        response.writeHead(200, { 'content-length': package1.length }).write(package1.subarray(0, 1 << 20));
    });
    const killed = spawn(process.execPath, [program, join(folder, 'packages'), archive.url(deb)]);
    await until(
      () => (existsSync(join(folder, 'packages/incoming')) ? files('incoming') : []),
      ([one]) => one !== undefined && readFileSync(one).length > 0,
    );
    const waiting = openCache().then(async (cache) => got(cache.obtain(archive.url(deb))));
    await until(
      () => files('claims'),
      ({ length }) => length > 0,
    );
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(await waiting).toBe(sum(package1));
    expect(files('claims')).toEqual([]);
    const [left = ''] = files('incoming');
    utimesSync(left, 0, 0);
    await openCache();
    expect(files('incoming')).toEqual([]);
  });
});

describe('an archive in trouble', () => {
  const interrupted = (bytes: number, headers = {}): void => {
    archive.misbehave(deb, (_request, response, good, count) => {
      if (count > 0) {
        good();
        return;
      }
      response.writeHead(200, { etag: tagOf(package1), 'content-length': package1.length, ...headers });
      response.write(package1.subarray(0, bytes), () => setTimeout(() => response.destroy(), 100));
    });
  };

  it('that breaks off is gone on with from there', async () => {
    interrupted(1 << 20);
    expect(await got((await openCache()).obtain(archive.url(deb)))).toBe(sum(package1));
    const [, second] = archive.seen();
    expect([second?.status, second?.headers.range]).toEqual([206, expect.stringMatching(/^bytes=\d{4,}-$/)]);
  });

  it('that has another file by then gives that one', async () => {
    interrupted(1 << 20);
    const other = randomBytes(2 << 20);
    const asked = (await openCache()).obtain(archive.url(deb));
    await until(
      () => files('incoming'),
      ([one]) => one !== undefined,
    );
    const { headers } = { headers: { 'content-length': other.length, etag: tagOf(other) } };
    archive.misbehave(deb, (_request, response) => response.writeHead(200, headers).end(other));
    expect(await got(asked)).toBe(sum(other));
  });

  it('that can not go on from there is begun with again', async () => {
    interrupted(1 << 20, { etag: 'W/"weak"' });
    expect(await got((await openCache()).obtain(archive.url(deb)))).toBe(sum(package1));
    expect(archive.seen().map(({ status }) => status)).toEqual([200, 200]);
  });

  it('that answers a question for a part with a part of something else is asked for all', async () => {
    archive.misbehave(deb, ({ headers }, response, good, count) => {
      if (count === 0) {
        response.writeHead(200, { etag: '"1"', 'content-length': package1.length });
        response.write(package1.subarray(0, 1000), () => setTimeout(() => response.destroy(), 50));
      } else if (count === 1) {
        expect(headers.range).toBe('bytes=1000-');
        response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('wrong');
      } else if (count === 2) {
        expect(headers.range).toBeUndefined();
        response.writeHead(416).end();
      } else good();
    });
    expect(await got((await openCache()).obtain(archive.url(deb)))).toBe(sum(package1));
  });

  it('is asked again when that may help', async () => {
    archive.misbehave(deb, (_request, response, good, count) => {
      if (count < 2) response.writeHead(count === 0 ? 503 : 429).end('busy');
      else good();
    });
    expect(await got((await openCache()).obtain(archive.url(deb)))).toBe(sum(package1));
  });

  it.each([
    [404, 'refused: the server says 404 (there is no such file)', 1],
    [403, 'refused: the server says 403 (it is not given to us)', 1],
    [410, 'refused: the server says 410 (the file is gone)', 1],
    [500, 'failed: the server says 500 (it has an error)', 4],
    [503, 'failed: the server says 503 (it is busy)', 4],
    [204, 'failed: the server says 204', 1],
  ])('that says %d is told as "%s"', async (status, told, times) => {
    archive.misbehave(deb, (_request, response) => response.writeHead(status, { 'content-length': 0 }).end());
    expect(await got((await openCache()).obtain(archive.url(deb)))).toBe(told);
    expect(archive.seen()).toHaveLength(times);
    expect([files('content'), files('index'), files('incoming')]).toEqual([[], [], []]);
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
    archive.misbehave(deb, how as never);
    const cache = await openCache({ manner: { timeout: 200, pauses: [1] } });
    expect(await got(cache.obtain(archive.url(deb)))).toBe(`failed: ${told}`);
  });

  it('is waited for once, and not again for every file, until it answers', async () => {
    const cache = await openCache();
    for (const path of [deb, release]) archive.misbehave(path, (_, response) => response.destroy());
    expect(await got(cache.obtain(archive.url(deb)))).toMatch(/^failed: /);
    expect(await got(cache.obtain(archive.url(release)))).toMatch(/^failed: /);
    expect(archive.seen()).toHaveLength(4 + 1);
    archive.put(release, 'back');
    expect(await got(cache.obtain(archive.url(release)))).toBe(sum(Buffer.from('back')));
    const answered = archive.seen().length;
    expect(await got(cache.obtain(archive.url(deb)))).toMatch(/^failed: /);
    expect(archive.seen().length - answered).toBeGreaterThan(1);
  });

  it('that is not there is told', async () => {
    const cache = await openCache();
    const url = archive.url(deb);
    await archive[Symbol.asyncDispose]();
    expect(await got(cache.obtain(url))).toBe('failed: the connection was refused');
  });

  it('that says nothing has changed when nothing was known is not believed', async () => {
    archive.misbehave(deb, (_request, response) => response.writeHead(304).end());
    expect(await got((await openCache()).obtain(archive.url(deb)))).toBe(
      'failed: the archive says that nothing has changed',
    );
  });

  it('that sends without end is left', async () => {
    archive.misbehave(deb, (_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (response.writable && response.write(package1)) continue;
        if (response.writable) response.once('drain', more);
      };
      more();
    });
    const cache = await openCache({ manner: { limit: 20 << 20 } });
    expect(await got(cache.obtain(archive.url(deb)))).toBe('failed: it is larger than any package');
    expect(files('incoming')).toEqual([]);
  });

  it('does not stop who closes the cache', async () => {
    archive.misbehave(deb, () => undefined);
    const cache = await openCache({ manner: { timeout: 60_000 } });
    const asked = got(cache.obtain(archive.url(deb))).catch((error: unknown) => (error as Error).message);
    await until(
      () => archive.connections,
      (count) => count > 0,
    );
    await cache[Symbol.asyncDispose]();
    expect(await asked).toBe('the package cache is closed');
  });
});

describe('a lying archive', () => {
  it('is found out where the name promises a digest, asked again, and nothing of it is kept', async () => {
    const index = randomBytes(1 << 20);
    archive.misbehave(byHash(index), (_request, response) => response.writeHead(200).end('something else'));
    const cache = await openCache();
    expect(await got(cache.obtain(archive.url(byHash(index))))).toBe(
      "failed: the archive sends something else than the file's name promises",
    );
    expect([files('content'), files('index')]).toEqual([[], []]);
    archive.put(byHash(index), index);
    expect(await got(cache.obtain(archive.url(byHash(index))))).toBe(sum(index));
  });

  it('is asked again for what turned out to be wrong', async () => {
    archive.misbehave(deb, (_request, response, good, count) => {
      if (count === 0) response.writeHead(200).end('lies');
      else good();
    });
    const cache = await openCache();
    expect(await got(cache.obtain(archive.url(deb)))).toBe(sum(Buffer.from('lies')));
    await cache.forget([archive.url(deb)]);
    expect([files('content'), files('index')]).toEqual([[], []]);
    expect(await got(cache.obtain(archive.url(deb)))).toBe(sum(package1));
  });

  it('is asked again for what can change, too', async () => {
    const cache = await openCache();
    await cache.obtain(archive.url(release));
    archive.put(release, 'second', new Date());
    await cache.forget([archive.url(release)]);
    expect(await got(cache.obtain(archive.url(release)))).toBe(sum(Buffer.from('second')));
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
    await (await openCache()).obtain(archive.url(deb));
    const [path = ''] = files('content');
    await harm(path);
    const cache = await openCache();
    expect(await got(cache.obtain(archive.url(deb)))).toBe(sum(package1));
    expect(archive.seen()).toHaveLength(2);
    expect(await got(cache.obtain(archive.url(deb)))).toBe(sum(package1));
    expect(archive.seen()).toHaveLength(2);
  });

  it('is not asked for changes of what it does not have any more', async () => {
    await (await openCache()).obtain(archive.url(release));
    writeFileSync(files('content')[0] ?? '', 'fIrst');
    expect(await got((await openCache()).obtain(archive.url(release)))).toBe(sum(Buffer.from('first')));
    expect(archive.seen().map(({ status }) => status)).toEqual([200, 200]);
  });

  it.each(['', '{"url":', 'null'])('whose index says %j is begun anew', async (text) => {
    await (await openCache()).obtain(archive.url(deb));
    writeFileSync(files('index')[0] ?? '', text);
    expect(await got((await openCache()).obtain(archive.url(deb)))).toBe(sum(package1));
  });
});

describe('without a network', () => {
  it('all comes from the cache, what could have changed too, and what is missing is told', async () => {
    const cache = await openCache();
    await cache.obtain(archive.url(deb));
    await cache.obtain(archive.url(release));
    const offline = await openCache({ offline: true });
    expect(await got(offline.obtain(archive.url(deb)))).toBe(sum(package1));
    expect(await got(offline.obtain(archive.url(release)))).toBe(sum(Buffer.from('first')));
    expect(await got(offline.obtain(archive.url('/other')))).toBe('missing: it is not in the package cache');
    expect(archive.seen()).toHaveLength(2);
  });

  it('a broken content is missing', async () => {
    await (await openCache()).obtain(archive.url(deb));
    writeFileSync(files('content')[0] ?? '', 'x');
    const offline = await openCache({ offline: true });
    expect(await got(offline.obtain(archive.url(deb)))).toBe('missing: it is not in the package cache');
  });
});

describe('another mirror', () => {
  let mirror: ArchiveServer;
  beforeEach(async () => {
    mirror = await otherArchive();
    await (await openCache()).obtain(archive.url(deb));
  });
  const bothOpen = (): Promise<PackageCache> =>
    openCache({ rules: { chosen: new Set([archive.origin, mirror.origin]), named: new Set() } });
  const path = deb.replace('/debian', '/mirrors/debian');

  it('of the same files is not asked for them again', async () => {
    mirror.put(path, package1);
    const cache = await bothOpen();
    expect(await got(cache.obtain(mirror.url(path)))).toBe(sum(package1));
    expect(mirror.seen().map(({ method }) => method)).toEqual(['HEAD']);
    expect(await got((await bothOpen()).obtain(mirror.url(path)))).toBe(sum(package1));
    expect(mirror.seen()).toHaveLength(1);
  });

  it('that has another file of that name is asked for it', async () => {
    const other = randomBytes(package1.length);
    mirror.put(path, other, new Date());
    expect(await got((await bothOpen()).obtain(mirror.url(path)))).toBe(sum(other));
    expect(await got((await bothOpen()).obtain(archive.url(deb)))).toBe(sum(package1));
  });

  it('that does not have the file says so', async () => {
    expect(await got((await bothOpen()).obtain(mirror.url(path)))).toMatch(/^refused: the server says 404/);
  });

  it('is not asked at all for what is named by its digest', async () => {
    const index = randomBytes(1000);
    archive.put(byHash(index), index);
    const cache = await bothOpen();
    await cache.obtain(archive.url(byHash(index)));
    expect(await got(cache.obtain(mirror.url(byHash(index))))).toBe(sum(index));
    expect(mirror.seen()).toEqual([]);
  });
});

describe('where an archive leads', () => {
  it('may be another archive that was chosen', async () => {
    const other = await otherArchive();
    other.put('/elsewhere', package1);
    archive.misbehave(deb, (_request, response) =>
      response.writeHead(302, { location: other.url('/elsewhere') }).end(),
    );
    const both = { chosen: new Set([archive.origin, other.origin]), named: new Set<string>() };
    expect(await got((await openCache({ rules: both })).obtain(archive.url(deb)))).toBe(sum(package1));
    expect(await got((await openCache()).obtain(archive.url(deb)))).toBe(sum(package1));
  });

  it('is nowhere on this host', async () => {
    const other = await otherArchive();
    for (const location of [
      other.url('/x'),
      other.url('/x').replace('127.0.0.1', 'localhost'),
      'http://[::1]:1/x',
    ]) {
      archive.misbehave(deb, (_request, response) => response.writeHead(302, { location }).end());
      expect(await got((await openCache()).obtain(archive.url(deb)))).toBe(
        `failed: "${new URL(location).host}" is not where this archive may be`,
      );
    }
    expect(other.connections).toBe(0);
  });

  it('nor is what a descriptor names', async () => {
    const rules = { chosen: new Set<string>(), named: new Set([archive.origin]) };
    expect(await got((await openCache({ rules })).obtain(archive.url(deb)))).toMatch(
      /is not where this archive may be$/,
    );
    const strangers = { chosen: new Set<string>(), named: new Set<string>() };
    expect(await got((await openCache({ rules: strangers })).obtain(archive.url(deb)))).toMatch(
      /is an archive of neither the base image nor the descriptor$/,
    );
    expect(archive.connections).toBe(0);
  });
});

describe("this host's own proxy", () => {
  it('is asked, with the names that archives have, unless it is not wanted for them', async () => {
    const proxies = { http: `127.0.0.1:${String(archive.port)}`, https: '', none: 'no-proxy.example' };
    const names = ['http://archive.example', 'http://no-proxy.example'];
    const cache = await openCache({ proxies, rules: { chosen: new Set(names), named: new Set() } });
    expect(await got(cache.obtain(`http://archive.example${deb}`))).toBe(sum(package1));
    expect(archive.seen()[0]?.headers.host).toBe('archive.example');
    expect(await got(cache.obtain(`http://no-proxy.example${deb}`))).toMatch(/^failed: /);
    expect(archive.seen()).toHaveLength(1);
  });
});

describe.skipIf(!isRoot)('a full disk (skipped without root)', () => {
  it('is told, and nothing is left of what did not fit', async () => {
    const place = join(folder, 'packages');
    mkdirSync(place);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', place]);
    try {
      const cache = await openCache();
      expect(await got(cache.obtain(archive.url(deb)))).toBe(`disk: the disk that holds "${place}" is full`);
      expect(files('incoming')).toEqual([]);
      expect(await got(cache.obtain(archive.url(release)))).toBe(sum(Buffer.from('first')));
      await cache[Symbol.asyncDispose]();
    } finally {
      execFileSync('umount', [place]);
    }
  });
});
