import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeLeftovers, type MarkedNames } from './leftovers.js';
import { longestMark, uniqueMark } from './owner-mark.js';
import { longestName, shortName } from './short-name.js';

/** A file in the making beside its place: it appears there whole, or never. */
export class Draft implements AsyncDisposable {
  readonly path: string;
  readonly file: FileHandle;
  readonly #place: string;
  #placed = false;

  private constructor(place: string, path: string, file: FileHandle) {
    this.#place = place;
    this.path = path;
    this.file = file;
  }

  /** Opens an empty draft of the file `place`, with that file's mode. Drafts that killed processes left are removed. */
  static async begin(place: string): Promise<Draft> {
    const folder = dirname(place);
    const names = draftNames(basename(place));
    await removeLeftovers(folder, names);
    const path = join(folder, `${names.before}${uniqueMark()}${names.after}`);
    const mode = await stat(place).then(
      (there) => there.mode & 0o777,
      () => undefined,
    );
    const file = await open(path, 'wx', mode);
    if (mode !== undefined) await file.chmod(mode);
    return new Draft(place, path, file);
  }

  /** Puts what was written into place, once the disk has it. */
  async put(): Promise<void> {
    await this.file.sync();
    await this.file.close();
    await rename(this.path, this.#place);
    this.#placed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#placed) return;
    await this.file.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }
}

/** Names of the drafts of a file; those of files whose names are long and begin alike are the same. */
function draftNames(name: string): MarkedNames {
  const after = '.part';
  const room = longestName - longestMark - '..'.length - after.length;
  return { before: `.${shortName(name, room)}.`, after };
}
