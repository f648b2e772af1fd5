import { closeSync, constants, fchmodSync, futimesSync, openSync, writeFileSync } from 'node:fs';
import {
  chmod,
  link,
  lstat,
  lutimes,
  mkdir,
  open,
  symlink,
  unlink,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';

/** Why something isn't written. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** What survives of an untrusted mode: no set-id or sticky bits, nothing for others to write; ours to read and manage. */
const modes = {
  file: (mode: number): number => (mode & 0o755) | 0o400,
  directory: (mode: number): number => (mode & 0o755) | 0o700,
} as const;

/**
 * A host directory that somebody untrusted fills. Nothing is ever written through a link: every folder on the way is
 * looked at, files are made new, and what is in the way is replaced if it is no directory.
 *
 * Only this process may write below the directory meanwhile.
 */
export class UntrustedTree {
  readonly #root: string;
  /** Folders below the root that are known to be real ones. */
  readonly #folders = new Set<string>(['']);
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

  /** Makes an empty file that the caller fills and hands to {@link UntrustedTree.finish}. */
  async file(parts: readonly string[]): Promise<FileHandle> {
    return this.#make(parts, async (path) => open(path, newFile, 0o600));
  }

  /** Makes a whole file without waiting in between, which takes longer than writing some kilobytes does. */
  async smallFile(parts: readonly string[], content: Uint8Array, mode: number, time: Date): Promise<void> {
    const file = await this.#make(parts, (path) => openSync(path, newFile, 0o600));
    try {
      writeFileSync(file, content);
      fchmodSync(file, modes.file(mode));
      futimesSync(file, time, time);
    } finally {
      closeSync(file);
    }
  }

  /** Gives a written file its mode and time, and closes it. */
  async finish(file: FileHandle, mode: number, time: Date): Promise<void> {
    try {
      await file.chmod(modes.file(mode));
      await file.utimes(time, time);
    } finally {
      await file.close();
    }
  }

  /** Makes a symbolic link; the caller has checked where it leads. */
  async symbolicLink(parts: readonly string[], target: string, time: Date): Promise<void> {
    await this.#make(parts, async (path) => {
      await symlink(target, path);
      await lutimes(path, time, time);
    });
  }

  /** Makes a second name of a file that came before. */
  async hardLink(parts: readonly string[], existing: readonly string[]): Promise<void> {
    const from = join(await this.#folder(existing.slice(0, -1)), existing.at(-1) ?? '');
    const found = await lstat(from).catch(() => undefined);
    if (found?.isFile() !== true) throw new Refusal('it is a hard link to what is no copied file');
    await this.#make(parts, async (path) => link(from, path));
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
    await this.#folder(parts.slice(0, -1));
    try {
      await mkdir(path, 0o755);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (!(await lstat(path)).isDirectory())
        throw new Refusal('its path leads through what is no directory');
    }
    this.#folders.add(key);
    return path;
  }

  /** Makes something new. What is in its way goes, if it is no directory. */
  async #make<Made>(parts: readonly string[], make: (path: string) => Made | Promise<Made>): Promise<Made> {
    const last = parts.at(-1);
    if (last === undefined) throw new Refusal('it stands for the copied folder itself');
    const path = join(await this.#folder(parts.slice(0, -1)), last);
    try {
      return await make(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    await clear(path);
    return make(path);
  }
}

async function clear(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR' || code === 'EPERM') throw new Refusal('a directory of that name is in its way');
    throw error;
  }
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const newFile = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
