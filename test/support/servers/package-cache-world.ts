import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Obtained } from '../../../src/packages/cache/obtained.js';
import { PackageCache, type PackageCacheOptions } from '../../../src/packages/cache/package-cache.js';
import { ArchiveServer } from './archive-server.js';
import { sha256 } from '../digest.js';

/** Paths of an archive: a file that never changes, and one that may. */
export const deb = '/debian/pool/main/a/a_1_amd64.deb';
export const release = '/debian/dists/x/InRelease';

/** What `deb` is. */
export const package1 = randomBytes(3 << 20);

/** The path of an index by its digest. */
export const byHash = (content: Buffer): string => `/debian/dists/x/main/by-hash/SHA256/${sha256(content)}`;

/** The content that was obtained, or the kind of problem and the reason. */
export async function got(obtained: Obtained | Promise<Obtained>): Promise<string> {
  const found = await obtained;
  if (found.kind === 'problem') return `${found.problem.kind}: ${found.problem.reason}`;
  return sha256(readFileSync(found.path));
}

/** An archive on loopback and a folder for caches, anew for each test. */
class CacheWorld {
  readonly #open: AsyncDisposable[] = [];
  #folder = '';
  #archive: ArchiveServer | undefined;

  async begin(): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), 'gitian-packages-'));
    this.#archive = await this.otherArchive();
    this.#archive.put(deb, package1);
    this.#archive.put(release, 'first');
  }

  async end(): Promise<void> {
    for (const one of this.#open.splice(0)) await one[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get folder(): string {
    return this.#folder;
  }

  /** Has `deb` and `release`. */
  get archive(): ArchiveServer {
    if (this.#archive === undefined) throw new Error('no test has begun');
    return this.#archive;
  }

  async otherArchive(): Promise<ArchiveServer> {
    const other = await ArchiveServer.start();
    this.#open.push(other);
    return other;
  }

  async openCache(more: Partial<PackageCacheOptions> = {}): Promise<PackageCache> {
    const cache = await PackageCache.open({
      folder: join(this.#folder, 'packages'),
      rules: { chosen: new Set([this.archive.origin]), named: new Set() },
      proxies: { http: '', https: '', none: '' },
      offline: false,
      userAgent: 'test',
      signal: new AbortController().signal,
      ...more,
      manner: { timeout: 2000, pauses: [10, 10, 10], ...more.manner },
    });
    this.#open.unshift(cache);
    return cache;
  }

  /** The files below a folder of the cache. */
  files(place: string): string[] {
    return readdirSync(join(this.#folder, 'packages', place), { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name));
  }
}

/** A world for each test of the file that calls this. */
export function cacheWorld(): CacheWorld {
  const world = new CacheWorld();
  beforeEach(() => world.begin());
  afterEach(() => world.end());
  return world;
}
