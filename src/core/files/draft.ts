import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeLeftovers } from './leftovers.js';
import { uniqueMark } from './owner-mark.js';

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
    const before = `.${basename(place)}.`;
    await removeLeftovers(folder, { before, after: '.part' });
    const path = join(folder, `${before}${uniqueMark()}.part`);
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
