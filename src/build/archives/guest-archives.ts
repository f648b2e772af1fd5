import type { CacheProblem } from '../../packages/cache/obtained.js';
import type { PackageCache } from '../../packages/cache/package-cache.js';
import type { CacheProxy } from '../../packages/cache/proxy.js';
import type { GuestService } from '../../target/guest-service.js';
import { lastSegment } from './last-segment.js';

/** How a target's apt reaches the archives, and what became of it. */
export interface GuestArchives extends AsyncDisposable {
  /** For every apt-get of the target. */
  readonly aptOptions: readonly string[];
  /** What could not be had since this was last asked, in order. */
  newProblems(): readonly CacheProblem[];
  /**
   * Forgets what turned out to be wrong, so that it is fetched anew: what these words of apt complain of. False when there
   * is nothing that asking again could change.
   */
  forgetWrong(words: string): Promise<boolean>;
}

/** The archives as the target itself reaches them, through its own network or an apt-cacher-ng. */
export const directArchives: GuestArchives = {
  aptOptions: [],
  newProblems: () => [],
  forgetWrong: () => Promise.resolve(false),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** The archives through a proxy over the package cache, which the target reaches as a service of this process. */
export class CachedArchives implements GuestArchives {
  readonly #cache: PackageCache;
  readonly #proxy: CacheProxy;
  readonly #service: GuestService;

  constructor(cache: PackageCache, proxy: CacheProxy, service: GuestService) {
    this.#cache = cache;
    this.#proxy = proxy;
    this.#service = service;
  }

  get aptOptions(): readonly string[] {
    const proxy = `http://${this.#service.address}`;
    const settings = {
      'Acquire::http::Proxy': proxy,
      'Acquire::https::Proxy': proxy,
      // The cache hands a file out when it has all of it, and knows itself when to give up.
      'Acquire::http::Timeout': '86400',
      'Acquire::Retries': '0',
      // What is built from the cache alone may be of any age; its signatures are checked as ever.
      ...(this.#cache.offline ? { 'Acquire::Check-Valid-Until': 'false' } : {}),
    };
    return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  }

  newProblems(): readonly CacheProblem[] {
    return this.#proxy.takeProblems();
  }

  async forgetWrong(words: string): Promise<boolean> {
    const used = this.#proxy.takeServed();
    if (this.#cache.offline || !isComplaint(words)) return false;
    await this.#cache.forget(wrongOnes(words, used));
    return used.length > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service[Symbol.asyncDispose]();
    this.#proxy[Symbol.dispose]();
  }
}

/** Whether apt complains of what it got, as against that it got nothing. */
export function isComplaint(words: string): boolean {
  return /Hash Sum mismatch|Size mismatch|unexpected size|Clearsigned file isn't valid|BADSIG|NOSPLIT|Hashes of (?:received|expected) file|can't be parsed|Sub-process .* (?:xz|gzip|bzip2|lz4|zstd)/i.test(
    words,
  );
}

/** Those of the used files that apt's words name, and the indexes, which have to fit together; all where it names none. */
export function wrongOnes(words: string, used: readonly string[]): string[] {
  const names = new Set(
    [...words.matchAll(/Failed to fetch (https?:\/\/\S+)/g)].map(([, url]) => lastSegment(url ?? '')),
  );
  const wrong = used.filter((url) => names.has(lastSegment(url)) || url.includes('/dists/'));
  return wrong.length > 0 ? wrong : [...used];
}
