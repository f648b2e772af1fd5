import { readFile } from 'node:fs/promises';
import { sha256 } from '../../../core/files/hashing.js';

/** User or group ids that are in use: how many, from where on. */
export interface IdRange {
  readonly first: number;
  readonly count: number;
}

/** How many ids a container has. */
export const idsOfContainer = 65_536;

/**
 * Where containers' ids are taken from: a part of what systemd's convention leaves to containers, above what `useradd`
 * and LXD hand out.
 */
const window = { first: 0x4000_0000, last: 0x6fff_0000 } as const;

/** The host's id for root of the container `name`, such that nobody on the host has its ids. */
export async function firstIdFor(name: string): Promise<number> {
  const read = async (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  const [subordinate, accounts] = await Promise.all([
    Promise.all(['/etc/subuid', '/etc/subgid'].map(read)),
    Promise.all(['/etc/passwd', '/etc/group'].map(read)),
  ]);
  return chooseFirstId(name, [...subordinate.flatMap(subordinateRanges), ...accounts.flatMap(accountRanges)]);
}

/**
 * Chooses by name, so that a workspace's container always has the same ids and two workspaces' hardly ever do; goes on
 * to the next where somebody has them.
 */
export function chooseFirstId(name: string, taken: readonly IdRange[]): number {
  const places = (window.last - window.first) / idsOfContainer + 1;
  const start = parseInt(sha256(name).slice(0, 8), 16);
  for (let step = 0; step < places; step++) {
    const first = window.first + ((start + step) % places) * idsOfContainer;
    if (!taken.some((range) => first < range.first + range.count && range.first < first + idsOfContainer)) {
      return first;
    }
  }
  return window.first + (start % places) * idsOfContainer;
}

/** The ranges of `/etc/subuid` or `/etc/subgid`: lines `name:first:count`. */
export function subordinateRanges(text: string): IdRange[] {
  return [...text.matchAll(/^[^:\n]*:(\d+):(\d+)$/gm)].map(([, first, count]) => ({
    first: Number(first),
    count: Number(count),
  }));
}

/** The ids of `/etc/passwd` or `/etc/group`: the third field. */
export function accountRanges(text: string): IdRange[] {
  return [...text.matchAll(/^[^:\n]*:[^:\n]*:(\d+):/gm)].map(([, id]) => ({ first: Number(id), count: 1 }));
}
