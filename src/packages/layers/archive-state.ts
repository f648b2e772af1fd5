import { asHostReaches } from '../cache/access.js';
import type { PackageCache } from '../cache/package-cache.js';
import { byBytes } from '../../core/words/bytes-order.js';
import { releaseUrls, type ReleaseUrls } from './release-urls.js';

/** What archives are at some moment: the SHA-256 of every signed index, sorted. */
export type ArchiveState = readonly string[];

/** What is asked: apt lines as the guest has them, and whom. */
export interface ArchiveQuestion {
  readonly sources: readonly string[];
  readonly cache: PackageCache;
  /** What the guest calls this host, unless that is an address that this host has. */
  readonly guestCallsHost: string | undefined;
}

/**
 * Asks all archives at once for the state that they are in, with conditional requests; undefined where that can't be
 * known, because one doesn't answer or can't be asked from here.
 */
export async function archiveState({
  sources,
  cache,
  guestCallsHost,
}: ArchiveQuestion): Promise<ArchiveState | undefined> {
  const releases = releaseUrls(sources);
  if (releases === undefined) return undefined;
  const digests = await Promise.all(
    releases.map(async (urls) =>
      digestOf(urls.map((url) => asHostReaches(url, guestCallsHost)) as unknown as ReleaseUrls, cache),
    ),
  );
  const known = digests.filter((digest) => digest !== undefined);
  return known.length === digests.length ? stateOf(known) : undefined;
}

/** A state of these digests. */
export function stateOf(digests: readonly string[]): ArchiveState {
  return [...new Set(digests)].sort(byBytes);
}

async function digestOf(urls: ReleaseUrls, cache: PackageCache): Promise<string | undefined> {
  for (const url of urls) {
    const obtained = await cache.obtain(url);
    if (obtained.kind === 'content') return obtained.entry.sha256;
    if (obtained.problem.kind !== 'refused') return undefined;
  }
  return undefined;
}
