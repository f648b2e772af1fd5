import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freeBytes } from '../../../core/files/full-disk.js';
import { removeLeftovers } from '../../../core/files/leftovers.js';
import { uniqueMark } from '../../../core/files/owner-mark.js';
import { makeFolder } from '../../../core/files/make-folder.js';
import { unlessMissing } from '../../../core/words/system-words.js';
import type { KeptMachine } from '../../kept.js';

/** How much all saved machines may take: their number, and bytes on the disk. */
const bounds = { count: 8, bytes: 6 * 2 ** 30 } as const;

/** What has to be free beside the guest's memory, in bytes: its disk, and somewhat for others. */
const margin = 512 * 2 ** 20;

/** Names of folders that are no states yet, and no longer. */
const unlisted = {
  making: { before: '.making-', after: '' },
  gone: { before: '.gone-', after: '' },
} as const;

/** Where a user's saved machines are. */
export function statesFolder(cache: string): string {
  return join(cache, 'machines');
}

/** All saved machines. */
export async function listStates(cache: string): Promise<KeptMachine[]> {
  const found = (await entries(cache)).filter((name) => !name.startsWith('.'));
  const listed = await Promise.all(found.map(async (name) => listedState(cache, name)));
  return listed.filter((state) => state !== undefined);
}

/** Removes saved machines until the others, this one included, keep within bounds: first those not used for the longest. */
export async function forgetOldest(cache: string, kept: string): Promise<void> {
  const states = (await listStates(cache)).sort(
    (a, b) => Number(b.name === kept) - Number(a.name === kept) || b.used.getTime() - a.used.getTime(),
  );
  let bytes = 0;
  for (const [index, state] of states.entries()) {
    bytes += state.bytes;
    if (index > 0 && (index >= bounds.count || bytes > bounds.bytes)) {
      await removeStateFolder(join(statesFolder(cache), state.name));
    }
  }
}

/** A new folder beside the states, which this process removes or puts in its place. */
export async function makingFolder(cache: string): Promise<string> {
  const parent = statesFolder(cache);
  await makeFolder(parent, 0o700);
  const folder = join(parent, `${unlisted.making.before}${uniqueMark()}`);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** Where a state's folder goes to be removed; nothing is there. */
export function asideOf(folder: string): string {
  return join(dirname(folder), `${unlisted.gone.before}${uniqueMark()}`);
}

/** Removes a state's folder, if it is there. */
export async function removeStateFolder(folder: string): Promise<void> {
  const aside = asideOf(folder);
  // Under another name first: nobody finds the half of it.
  await rename(folder, aside).catch(unlessMissing);
  await rm(aside, { recursive: true, force: true });
}

/** Removes what processes that were killed were making, or removing. */
export async function removeAbandoned(cache: string): Promise<void> {
  for (const names of Object.values(unlisted)) await removeLeftovers(statesFolder(cache), names);
}

/** Whether a folder's disk has room for a state: QEMU would die in the middle of its guest's work. `memory` is in MiB. */
export async function hasRoom(folder: string, memory: number): Promise<boolean> {
  return (await freeBytes(folder)) >= memory * 2 ** 20 + margin;
}

async function entries(cache: string): Promise<string[]> {
  return readdir(statesFolder(cache)).catch(() => []);
}

async function listedState(cache: string, name: string): Promise<KeptMachine | undefined> {
  const folder = join(statesFolder(cache), name);
  try {
    const files = await Promise.all((await readdir(folder)).map(async (file) => stat(join(folder, file))));
    const bytes = files.reduce((sum, { blocks }) => sum + blocks * 512, 0);
    return { name, bytes, used: (await stat(folder)).mtime };
  } catch {
    // Removed meanwhile.
    return undefined;
  }
}
