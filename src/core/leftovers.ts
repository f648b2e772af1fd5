import { lstatSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isGone, uniqueMark } from './owner-mark.js';

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

/** What processes that are gone left unfinished in a folder under such names: whole paths. Other users' files don't count. */
export function leftovers(folder: string, { before, after }: MarkedNames): string[] {
  return namesIn(folder)
    .filter((name) => {
      if (!name.startsWith(before) || !name.endsWith(after)) return false;
      return isGone(name.slice(before.length, name.length - after.length));
    })
    .map((name) => join(folder, name))
    .filter(isOwn);
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

function isOwn(path: string): boolean {
  try {
    return lstatSync(path).uid === process.getuid?.();
  } catch {
    return false;
  }
}
