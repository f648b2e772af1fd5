import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freeBytes } from '../../core/full-disk.js';
import { isRunning } from '../../core/is-running.js';
import { makeFolder } from '../../core/make-folder.js';

/** A saved machine in a list. */
export interface ListedState {
  readonly name: string;
  /** On the disk. */
  readonly bytes: number;
  readonly used: Date;
}

/** How much all saved machines may take: their number, and bytes on the disk. */
const bounds = { count: 8, bytes: 6 * 2 ** 30 } as const;

/** What has to be free beside the guest's memory, in bytes: its disk, and somewhat for others. */
const margin = 512 * 2 ** 20;

/** How the names of folders begin that are no states yet, and no longer: a process number follows. */
const names = { making: '.making-', gone: '.gone-' } as const;

/** Where a user's saved machines are. */
export function statesFolder(cache: string): string {
  return join(cache, 'machines');
}

/** All saved machines. */
export async function listStates(cache: string): Promise<ListedState[]> {
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
      await rm(join(statesFolder(cache), state.name), { recursive: true, force: true });
    }
  }
}

/** A new folder beside the states, named for this process. */
export async function makingFolder(cache: string): Promise<string> {
  const parent = statesFolder(cache);
  await makeFolder(parent, 0o700);
  return mkdtemp(join(parent, `${names.making}${String(process.pid)}-`));
}

/** Where a state's folder goes to be removed; nothing is there. */
export function asideOf(folder: string): string {
  return join(dirname(folder), `${names.gone}${String(process.pid)}-${randomUUID()}`);
}

/** Removes what processes that were killed were making, or removing. */
export async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await entries(cache)) {
    const pid = /^\.(?:making|gone)-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) {
      await rm(join(statesFolder(cache), name), { recursive: true, force: true });
    }
  }
}

/** Whether a folder's disk has room for a state: QEMU would die in the middle of its guest's work. `memory` is in MiB. */
export async function hasRoom(folder: string, memory: number): Promise<boolean> {
  return (await freeBytes(folder)) >= memory * 2 ** 20 + margin;
}

async function entries(cache: string): Promise<string[]> {
  return readdir(statesFolder(cache)).catch(() => []);
}

async function listedState(cache: string, name: string): Promise<ListedState | undefined> {
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
