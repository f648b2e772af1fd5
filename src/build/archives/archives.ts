import { join } from 'node:path';
import { failure } from '../../core/errors/gitian-error.js';
import type { Proxies } from '../../http/client.js';
import { readBaseRecord } from '../../base-record/read.js';
import type { Descriptor } from '../../descriptor/descriptor.js';
import type { StartedTarget } from '../../target/target.js';
import { leadsOn } from '../../packages/cache/access.js';
import { servesGuest } from '../../target/guest-service.js';
import type { NetworkPolicy } from '../network-policy.js';
import type { ConfigurationJob } from '../preflight.js';
import type { PackageCache } from '../../packages/cache/package-cache.js';
import { PackageStore } from '../../packages/cache/store.js';
import { archiveRules, guestNameOf, namedOrigins } from './archive-rules.js';
import { CachedArchives, directArchives, type GuestArchives } from './guest-archives.js';

/** What the environment says about archives. */
export interface ArchiveSettings {
  /** The user's folder for caches; undefined where an apt-cacher-ng is used instead. */
  readonly cacheFolder: string | undefined;
  /** This host's own proxies. */
  readonly proxies: Proxies;
  readonly userAgent: string;
}

/** What a build's archives depend on. */
export interface ArchivesRequest {
  readonly settings: ArchiveSettings;
  readonly descriptor: Descriptor;
  readonly jobs: readonly ConfigurationJob[];
  readonly offline: boolean;
  readonly network: NetworkPolicy;
  /** What the guest calls this host. */
  readonly hostAddress: string;
  readonly signal: AbortSignal;
}

/** The package archives of a build. */
export interface Archives extends AsyncDisposable {
  /** Whether they are reached through the package cache, as a service of this process. */
  readonly areCached: boolean;
  /** Whether https ones may lead on to other hosts through it. */
  readonly leadOn: boolean;
  /** Lets a target's apt reach them. */
  open(target: StartedTarget): Promise<GuestArchives>;
}

/** Opens the package cache for a build; nothing is asked for yet. */
export async function openArchives(request: ArchivesRequest): Promise<Archives> {
  const { settings, signal, offline, network } = request;
  const { cacheFolder, proxies, userAgent } = settings;
  if (cacheFolder === undefined) {
    if (offline) throw failure('offline-without-cache', {});
    const open = (): Promise<GuestArchives> => Promise.resolve(directArchives);
    return { areCached: false, leadOn: false, open, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const guestCallsHost = guestNameOf(request.hostAddress);
  const records = await Promise.all(request.jobs.map(async ({ base }) => readBaseRecord(base.path)));
  const sources = records.flatMap((record) => [
    ...(record?.sources.installed ?? []),
    ...(record?.sources.guest ?? []),
  ]);
  const rules = archiveRules(sources, request.descriptor, guestCallsHost);
  const folder = join(cacheFolder, 'packages');
  // Whether it can be had is seen now; a build that has its packages never opens it.
  await PackageStore.open(folder);
  let opened: Promise<PackageCache> | undefined;
  const open = async (): Promise<PackageCache> => {
    const { PackageCache } = await import('../../packages/cache/package-cache.js');
    const cache = await PackageCache.open({ folder, rules, proxies, offline, userAgent, signal });
    cache.tidy();
    return cache;
  };
  // What a script is kept from, no package gets either: a script may use whatever its packages have.
  const tunnelRules = { ...rules, leadOn: network === 'full' };
  const tunnels = { rules: tunnelRules, offline, proxies, timeout: 30_000, signal };
  return {
    areCached: true,
    leadOn: leadsOn(tunnelRules),
    open: async (target) => {
      if (!servesGuest(target)) return directArchives;
      if (records.includes(undefined)) {
        for (const origin of await originsInGuest(target)) rules.named.add(origin);
      }
      const cache = await (opened ??= open());
      const { CacheProxy } = await import('../../packages/cache/proxy.js');
      const proxy = new CacheProxy({ cache, tunnels, guestCallsHost });
      return new CachedArchives(cache, proxy, await target.serve(proxy.accept));
    },
    [Symbol.asyncDispose]: async () => (await opened?.catch(() => undefined))?.[Symbol.asyncDispose](),
  };
}

/**
 * The archives that a target names whose base image somebody else made. It is the guest that says so, and it may say
 * anything, so these are no more than what a descriptor names.
 */
async function originsInGuest(target: StartedTarget): Promise<string[]> {
  const argv = ['sh', '-c', 'cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || :'];
  const { stdout } = await target.run(argv, { user: 'root' });
  return namedOrigins(stdout);
}
