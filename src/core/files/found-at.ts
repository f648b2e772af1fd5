import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { unlessMissing } from '../words/system-words.js';

/** What is at a path, and be it a link to nothing; undefined where nothing is. Throws for what can't be looked at. */
export async function foundAt(path: string): Promise<Stats | undefined> {
  return (await lstat(path).catch(unlessMissing)) ?? undefined;
}
