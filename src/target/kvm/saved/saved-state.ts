import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../../../core/files/exists.js';
import { sha256File } from '../../../core/files/hashing.js';
import { writeWhole } from '../../../core/files/write-whole.js';
import { asideOf, forgetOldest, removeAbandoned, removeStateFolder, statesFolder } from './states-folder.js';

/** A machine that was saved right after its boot: files in a folder that appears whole. */
export interface SavedState {
  readonly folder: string;
  /** The guest's memory; as large as that, and sparse. */
  readonly memory: string;
  /** What else QEMU knows of the machine: a migration stream. */
  readonly devices: string;
  /** What the boot wrote: an overlay over the base image. */
  readonly disk: string;
  /** What is known of the guest, which saves commands at each start: {@link KnownGuest} as JSON. */
  readonly guest: string;
}

/** The names in the folder of a state. */
export function stateFiles(folder: string): SavedState {
  const file = (name: string): string => join(folder, name);
  return {
    folder,
    memory: file('memory'),
    devices: file('devices'),
    disk: file('disk.qcow2'),
    guest: file('guest.json'),
  };
}

/** The state of a name, if there is one and its files are those that were saved; it counts as used then. */
export async function findState(cache: string, name: string): Promise<SavedState | undefined> {
  await removeAbandoned(cache);
  const state = stateFiles(join(statesFolder(cache), name));
  // Where nothing is there, what is there a moment later was just made by somebody else.
  if (!(await exists(state.folder))) return undefined;
  if (!(await isWhole(state)) && !(await isReplaced(state))) return undefined;
  const now = new Date();
  await utimes(state.folder, now, now).catch(() => undefined);
  return state;
}

/** Whether a state's files are those that were saved. */
async function isWhole(state: SavedState): Promise<boolean> {
  const noted = await readFile(noteOf(state), 'utf8').catch(() => undefined);
  return noted !== undefined && noted === (await note(state).catch(() => ''));
}

/** Removes a state that isn't whole; one that somebody else has put in its place since it was looked at stays. */
async function isReplaced({ folder }: SavedState): Promise<boolean> {
  const aside = stateFiles(asideOf(folder));
  try {
    await rename(folder, aside.folder);
    if (await isWhole(aside)) {
      await rename(aside.folder, folder);
      return true;
    }
  } catch {
    // Removed by others, or made again by them: this command makes its own.
  }
  await rm(aside.folder, { recursive: true, force: true }).catch(() => undefined);
  return false;
}

/** Has a state's files written to the disk, and notes what they are: it is whole. */
export async function sealState(state: SavedState): Promise<void> {
  await Promise.all([state.memory, state.devices, state.disk, state.guest].map(written));
  await writeWhole(noteOf(state), await note(state));
}

/** Puts a whole state in its place; one that somebody else has put there meanwhile is as good. */
export async function placeState(made: SavedState, cache: string, name: string): Promise<SavedState> {
  const place = join(statesFolder(cache), name);
  await rename(made.folder, place).catch(async (error: unknown) => {
    if (!isTaken(error)) throw error;
    await dropState(made);
  });
  await forgetOldest(cache, name);
  return stateFiles(place);
}

/** Removes a state, if it is there. Machines that were resumed from it go on: they have its files open. */
export async function removeState({ folder }: SavedState): Promise<void> {
  await removeStateFolder(folder);
}

/** The same where nobody minds if it stays. */
export async function dropState(state: SavedState): Promise<void> {
  await removeState(state).catch(() => undefined);
}

/**
 * What is checked before a state is used. The memory is too large to be hashed each time: whoever changes it changes
 * its size or its time.
 */
async function note({ memory, devices, disk, guest }: SavedState): Promise<string> {
  const { size, mtimeNs } = await stat(memory, { bigint: true });
  const value = {
    memory: { bytes: String(size), modified: String(mtimeNs) },
    devices: await sha256File(devices),
    disk: await sha256File(disk),
    guest: await sha256File(guest),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function noteOf({ folder }: SavedState): string {
  return join(folder, 'state.json');
}

/** A host that goes down must not leave a memory with holes and a note that praises it. */
async function written(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.sync();
}

function isTaken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}
