import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeLeftovers } from '../../core/files/leftovers.js';
import { uniqueMark } from '../../core/files/owner-mark.js';
import { parseEntry } from './entry.js';

/** Names of folders with what a process is just removing. */
export const removed = { before: 'removed-', after: '' } as const;

/** How often a cache is tidied, and for how long a content that nothing leads to stays, in milliseconds. */
const day = 86_400_000;
const unusedFor = 14 * day;

/** A folder of a package cache for what is being removed; whoever tidies later finds what a killed process left of it. */
export function removedFolder(root: string): string {
  return join(root, `${removed.before}${uniqueMark()}`);
}

/**
 * Removes what no URL has any more and nobody used for two weeks, and what killed processes left that were removing
 * something; once a day. Other processes may use the cache meanwhile: a content that one takes in just now is new, and one
 * that it is about to hand out was noted as used a moment ago. Ends early when `signal` aborts.
 */
export async function tidyPackages(root: string, signal: AbortSignal): Promise<void> {
  const stamp = join(root, 'tidied');
  if (!(await isOlder(stamp, day))) return;
  await removeLeftovers(root, removed);
  const named = await namedDigests(join(root, 'index'), signal);
  for await (const [path, digest] of filesBelow(join(root, 'content'), signal)) {
    if (!named.has(digest) && (await isOlder(path, unusedFor))) await rm(path, { force: true });
  }
  // Not before: what was broken off is done by the next.
  await writeFile(stamp, '', { mode: 0o600 });
}

/** The digests of contents that some URL has. */
async function namedDigests(index: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const digests = new Set<string>();
  for await (const [path] of filesBelow(index, signal)) {
    const entry = parseEntry(await readFile(path, 'utf8').catch(goneMeanwhile));
    if (entry !== undefined) digests.add(entry.sha256);
  }
  return digests;
}

/** The files in the folders of a folder, with their own names. */
async function* filesBelow(folder: string, signal: AbortSignal): AsyncGenerator<readonly [string, string]> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    signal.throwIfAborted();
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path, signal);
    else yield [path, entry.name];
  }
}

/** Whether a file was neither written nor used for so long; one that is not there is of any age. */
async function isOlder(path: string, milliseconds: number): Promise<boolean> {
  const { atimeMs, mtimeMs } = await stat(path).catch(() => ({ atimeMs: 0, mtimeMs: 0 }));
  return Date.now() - Math.max(atimeMs, mtimeMs) > milliseconds;
}

function goneMeanwhile(error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') throw error;
  return '';
}
