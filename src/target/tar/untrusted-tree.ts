import { closeSync, constants, fchmodSync, futimesSync, openSync, writeFileSync } from 'node:fs';
import {
  chmod,
  link,
  lstat,
  lutimes,
  mkdir,
  open,
  rename,
  rm,
  symlink,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeLeftovers } from '../../core/leftovers.js';
import { uniqueMark } from '../../core/owner-mark.js';

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
  readonly handle: FileHandle;
}

/** The names of what is going to replace something; the guest's own names may leave no room for more. */
const drafts = { before: '.gitian-copy.', after: '.part' } as const;

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
  async directory(parts: readonly string[], mode: number, time: Date): Promise<void> {
    if (parts.length === 0) return;
    const path = await this.#folder(parts);
    await chmod(path, modes.directory(mode));
    this.#times.set(path, time);
  }

  /** Makes an empty file that the caller fills and hands to {@link UntrustedTree.finish}, or to {@link UntrustedTree.drop}. */
  async file(parts: readonly string[]): Promise<ArrivingFile> {
    const [handle, arrival] = await this.#make(parts, async (path) => open(path, newFile, 0o600));
    return { ...arrival, handle };
  }

  /** Gives a written file its mode, time and place, and closes it. */
  async finish(file: ArrivingFile, mode: number, time: Date): Promise<void> {
    await file.handle.chmod(modes.file(mode));
    await file.handle.utimes(time, time);
    await file.handle.close();
    await settle(file);
  }

  /** Takes away a file that can't be finished. */
  async drop(file: ArrivingFile): Promise<void> {
    await file.handle.close();
    await rm(file.path, { force: true });
  }

  /** Makes a whole file without waiting in between, which takes longer than writing some kilobytes does. */
  async smallFile(parts: readonly string[], content: Uint8Array, mode: number, time: Date): Promise<void> {
    const [handle, arrival] = await this.#make(parts, (path) => openSync(path, newFile, 0o600));
    try {
      fill(handle, content, modes.file(mode), time);
      await settle(arrival);
    } catch (error) {
      await rm(arrival.path, { force: true });
      throw error;
    }
  }

  /** Makes a symbolic link; the caller has checked where it leads. */
  async symbolicLink(parts: readonly string[], target: string, time: Date): Promise<void> {
    const [, arrival] = await this.#make(parts, async (path) => {
      await symlink(target, path);
      await lutimes(path, time, time);
    });
    await settle(arrival);
  }

  /** Makes a second name of a file that came before. */
  async hardLink(parts: readonly string[], existing: readonly string[]): Promise<void> {
    const from = join(await this.#folder(existing.slice(0, -1)), existing.at(-1) ?? '');
    const found = await lstat(from).catch(() => undefined);
    if (found?.isFile() !== true) throw new Refusal('it is a hard link to what is no copied file');
    const [, arrival] = await this.#make(parts, async (path) => link(from, path));
    await settle(arrival);
  }

  /** Gives the folders their times. */
  async close(): Promise<void> {
    for (const [path, time] of this.#times) await utimes(path, time, time);
  }

  /** The path of a folder; it and those above it are made where they are missing. */
  async #folder(parts: readonly string[]): Promise<string> {
    const path = join(this.#root, ...parts);
    const key = parts.join('/');
    if (this.#folders.has(key)) return path;
    if (parts.length === 0) await removeLeftovers(path, drafts);
    else {
      await this.#folder(parts.slice(0, -1));
      await makeFolder(path);
    }
    this.#folders.add(key);
    return path;
  }

  /** Makes something new, beside its place where something is in the way. */
  async #make<Made>(
    parts: readonly string[],
    make: (path: string) => Made | Promise<Made>,
  ): Promise<[Made, Arrival]> {
    const last = parts.at(-1);
    if (last === undefined) throw new Refusal('it stands for the copied folder itself');
    const place = join(await this.#folder(parts.slice(0, -1)), last);
    try {
      return [await make(place), { path: place, place }];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if ((await lstat(place)).isDirectory()) throw new Refusal('a directory of that name is in its way');
    const draft = `${drafts.before}${uniqueMark()}${drafts.after}`;
    const path = join(dirname(place), draft);
    return [await make(path), { path, place }];
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, 0o755);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!(await lstat(path)).isDirectory()) throw new Refusal('its path leads through what is no directory');
    await removeLeftovers(path, drafts);
  }
}

function fill(handle: number, content: Uint8Array, mode: number, time: Date): void {
  try {
    writeFileSync(handle, content);
    fchmodSync(handle, mode);
    futimesSync(handle, time, time);
  } finally {
    closeSync(handle);
  }
}

/** Puts what is whole into its place. */
async function settle({ path, place }: Arrival): Promise<void> {
  if (path === place) return;
  await rename(path, place);
  // Two names of one file stay two.
  await rm(path, { force: true });
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const newFile = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
