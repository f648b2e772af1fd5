import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerOf, uniqueMark } from './owner-mark.js';

/** Names of unfinished files: what comes before and after the mark of the process that makes them. */
export interface MarkedNames {
  readonly before: string;
  readonly after: string;
}

/** Names of copies that go into the place of others when they are whole: short ones, as a name in their place may be as long as any. */
export const copies: MarkedNames = { before: '.gitian-copy.', after: '.part' };

/** A new name of that kind, that is taken by nothing. */
export function copyName(): string {
  return `${copies.before}${uniqueMark()}${copies.after}`;
}

/** For how long, in milliseconds, what was made in another container may still be in the making: nothing takes so long. */
const unseenFor = 14 * 86_400_000;

/**
 * What processes that are gone left unfinished in a folder under such names: whole paths. Other users' files don't count.
 * Whether a process of another container is gone can't be seen, so what is left there goes when it is two weeks old.
 */
export function leftovers(folder: string, { before, after }: MarkedNames): string[] {
  return namesIn(folder).flatMap((name) => {
    if (!name.startsWith(before) || !name.endsWith(after)) return [];
    const path = join(folder, name);
    return isLeft(name.slice(before.length, name.length - after.length), path) ? [path] : [];
  });
}

function isLeft(mark: string, path: string): boolean {
  const owner = ownerOf(mark);
  if (owner === undefined || owner === 'running') return false;
  const found = ownFile(path);
  return found !== undefined && (owner === 'gone' || Date.now() - found.mtimeMs > unseenFor);
}

/** Removes them. What can't be removed stays, and is tried again by the next. */
export async function removeLeftovers(folder: string, names: MarkedNames): Promise<void> {
  for (const path of leftovers(folder, names)) {
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What is there, if it is this user's. */
function ownFile(path: string): Stats | undefined {
  try {
    const found = lstatSync(path);
    return found.uid === process.getuid?.() ? found : undefined;
  } catch {
    return undefined;
  }
}
