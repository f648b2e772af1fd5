import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  fsyncSync,
  openSync,
  statSync,
  unlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { followOwn, planted } from './own-links.js';

/** How a file is opened: emptied, to add to it, or to lock it and then write who did. */
export type Manner = 'anew' | 'append' | 'lock';

/** How a file is opened, and the mode that a new one gets. */
export interface Opening {
  readonly manner: Manner;
  readonly mode?: number;
}

/**
 * A folder that others may write in. It stays the same one, whatever they put in its place, and of what is in it only
 * regular files are opened, through no links but own ones. Elsewhere than on Linux it is gone to by its name each time.
 */
export class HeldFolder implements Disposable {
  readonly #shown: string;
  readonly #path: string;
  readonly #file: number | undefined;

  /** Throws `path-unusable` where another user's link is in the folder's place. */
  constructor(path: string) {
    this.#shown = path;
    const place = followOwn(path);
    this.#file = hasProc
      ? openSync(place, pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW)
      : undefined;
    this.#path = this.#file === undefined ? place : `/proc/self/fd/${String(this.#file)}`;
  }

  /** What is known of the folder. */
  get state(): Stats {
    return this.#file === undefined ? statSync(this.#path) : fstatSync(this.#file);
  }

  /**
   * Opens a file in it, which is made where there is none; never waits. Throws `path-unusable` at another user's link, a
   * FIFO, and what else is no file. A second name of a file may be one that it has elsewhere on this host: it is left alone
   * and a new file is made, but for a lock, which others may hold.
   */
  open(name: string, { manner, mode = 0o666 }: Opening): number {
    const shown = join(this.#shown, name);
    const place = followOwn(join(this.#path, name), shown);
    try {
      const file = openOnlyFile(place, { manner, mode, shown });
      if (manner === 'anew' && fstatSync(file).isFile()) ftruncateSync(file);
      return file;
    } catch (error) {
      throw about(error, place, shown);
    }
  }

  /** Writes what is given into a file that is {@link open opened} so; with `flush` the disk has it then. */
  write(
    name: string,
    content: string,
    { flush = false, ...opening }: Opening & { readonly flush?: boolean },
  ): void {
    const file = this.open(name, opening);
    try {
      writeFileSync(file, content);
      if (flush) fsyncSync(file);
    } catch (error) {
      // To the system what is written to is but a number.
      throw Object.assign(error as Error, { path: join(this.#shown, name) });
    } finally {
      closeSync(file);
    }
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

/** O_PATH of Linux, which Node has no name for: for folders that may be gone through, but not listed. */
const pathOnly = 0o10000000;

const hasProc = process.platform === 'linux' && existsSync('/proc/self/fd');

const accesses: Readonly<Record<Manner, number>> = {
  anew: constants.O_WRONLY,
  append: constants.O_WRONLY | constants.O_APPEND,
  lock: constants.O_RDWR,
};

function openOnlyFile(
  place: string,
  { manner, mode, shown }: Required<Opening> & { readonly shown: string },
): number {
  const flags = accesses[manner] | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = openSync(place, flags, mode);
  const found = fstatSync(file);
  const isDevice = found.isCharacterDevice() && manner !== 'lock';
  if (isDevice || (found.isFile() && found.nlink < 2)) return file;
  closeSync(file);
  if (!found.isFile()) throw planted(shown, 'it is not a file');
  if (manner === 'lock') throw planted(shown, 'it is a second name of another file');
  unlinkSync(place);
  return openSync(place, flags | constants.O_EXCL, mode);
}

/** An error of the system about the name that the user knows. */
function about(error: unknown, place: string, shown: string): unknown {
  const { code, message, path } = error as NodeJS.ErrnoException;
  // Nobody reads the FIFO, or the socket isn't for opening.
  if (code === 'ENXIO') return planted(shown, 'it is not a file');
  // It wasn't one a moment ago.
  if (code === 'ELOOP' && path === place) return planted(shown, "it is another user's link");
  if (path !== place) return error;
  return Object.assign(error as Error, { path: shown, message: message.replace(place, shown) });
}
