import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { copies, copyName, leftovers } from '../../core/files/leftovers.js';

/** Why something isn't written. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** What survives of an untrusted mode: no set-id or sticky bits, nothing for others to write; ours to read and manage. */
const modes = {
  file: (mode: number): number => (mode & 0o755) | 0o400,
  directory: (mode: number): number => (mode & 0o755) | 0o700,
} as const;

/** Something new: at its place, or beside it, where that is taken, until it is whole. */
interface Arrival {
  readonly path: string;
  readonly place: string;
}

/** A file that is being written. */
export interface ArrivingFile extends Arrival {
  readonly handle: number;
}

/**
 * A host directory that somebody untrusted fills. Nothing is ever written through a link: every folder on the way is
 * looked at, files are made new, and what is in the way, if it is no directory, is replaced by what is whole.
 *
 * Only this process may write below the directory meanwhile.
 */
export class UntrustedTree {
  readonly #root: string;
  /** Folders below the root that are known to be real ones. */
  readonly #folders = new Set<string>();
  /** Set at the end, because what is put into a folder changes its time. */
  readonly #times = new Map<string, Date>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Makes a folder, or takes the one that is there. The root stays as it is. */
  directory(parts: readonly string[], mode: number, time: Date): void {
    if (parts.length === 0) return;
    const path = this.#folder(parts);
    chmodSync(path, modes.directory(mode));
    this.#times.set(path, time);
  }

  /** Makes an empty file that the caller fills and hands to {@link UntrustedTree.finish}, or to {@link UntrustedTree.drop}. */
  file(parts: readonly string[]): ArrivingFile {
    const [handle, arrival] = this.#make(parts, (path) => openSync(path, newFile, 0o600));
    return { ...arrival, handle };
  }

  /** Writes what comes next in a file. */
  write({ handle }: ArrivingFile, bytes: Uint8Array): void {
    writeFileSync(handle, bytes);
  }

  /** Closes a written file and gives it its mode, time and place; takes it away where that fails. */
  finish(file: ArrivingFile, mode: number, time: Date): void {
    try {
      seal(file.handle, modes.file(mode), time);
      settle(file);
    } catch (error) {
      rmSync(file.path, { force: true });
      throw error;
    }
  }

  /** Takes away a file that can't be finished. */
  drop(file: ArrivingFile): void {
    closeSync(file.handle);
    rmSync(file.path, { force: true });
  }

  /** Makes a symbolic link; the caller has checked where it leads. */
  symbolicLink(parts: readonly string[], target: string, time: Date): void {
    const [, arrival] = this.#make(parts, (path) => {
      symlinkSync(target, path);
    });
    settle(arrival);
    lutimesSync(arrival.place, time, time);
  }

  /** Makes a second name of a file that came before. */
  hardLink(parts: readonly string[], existing: readonly string[]): void {
    const from = join(this.#folder(existing.slice(0, -1)), existing.at(-1) ?? '');
    if (lstatSync(from, { throwIfNoEntry: false })?.isFile() !== true) {
      throw new Refusal('it is a hard link to what is no copied file');
    }
    const [, arrival] = this.#make(parts, (path) => {
      linkSync(from, path);
    });
    settle(arrival);
  }

  /** Gives the folders their times. */
  close(): void {
    for (const [path, time] of this.#times) utimesSync(path, time, time);
  }

  /** The path of a folder; it and those above it are made where they are missing. */
  #folder(parts: readonly string[]): string {
    const path = join(this.#root, ...parts);
    const key = parts.join('/');
    if (this.#folders.has(key)) return path;
    if (parts.length === 0) removeDrafts(path);
    else {
      this.#folder(parts.slice(0, -1));
      makeFolder(path);
    }
    this.#folders.add(key);
    return path;
  }

  /** Makes something new, beside its place where something is in the way. */
  #make<Made>(parts: readonly string[], make: (path: string) => Made): [Made, Arrival] {
    const last = parts.at(-1);
    if (last === undefined) throw new Refusal('it stands for the copied folder itself');
    const place = join(this.#folder(parts.slice(0, -1)), last);
    try {
      return [make(place), { path: place, place }];
    } catch (error) {
      if (!exists(error)) throw error;
    }
    if (lstatSync(place).isDirectory()) throw new Refusal('a directory of that name is in its way');
    const path = join(dirname(place), copyName());
    return [make(path), { path, place }];
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, 0o755);
  } catch (error) {
    if (!exists(error)) throw error;
    if (!lstatSync(path).isDirectory()) throw new Refusal('its path leads through what is no directory');
    removeDrafts(path);
  }
}

function exists(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EEXIST';
}

/** Removes what processes that were killed left in a folder. */
function removeDrafts(folder: string): void {
  for (const path of leftovers(folder, copies)) rmSync(path, { force: true });
}

function seal(handle: number, mode: number, time: Date): void {
  try {
    fchmodSync(handle, mode);
    futimesSync(handle, time, time);
  } finally {
    closeSync(handle);
  }
}

/** Puts what is whole into its place. */
function settle({ path, place }: Arrival): void {
  if (path === place) return;
  renameSync(path, place);
  // Two names of one file stay two.
  rmSync(path, { force: true });
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const newFile = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
