import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { saysDiskFull } from '../../core/files/full-disk.js';
import { makeFolder } from '../../core/files/make-folder.js';
import { temporaryFolder } from '../../core/files/temporary-folder.js';
import { dropPartial, partialFiles } from '../http/partial.js';
import { unusable } from './destination.js';
import { isJournal } from './journal-files.js';
import { takeLock } from './lock.js';
import { demandOwnStaging } from './staging-folder.js';

/** Where a run works, on the destination's own file system, so that renames are enough in the end. */
export class Staging implements AsyncDisposable {
  readonly path: string;
  readonly #release: () => Promise<void>;

  private constructor(path: string, release: () => Promise<void>) {
    this.path = path;
    this.#release = release;
  }

  /** A place for a dry run, which changes nothing elsewhere. */
  static async temporary(folder: string): Promise<Staging> {
    const temporary = await temporaryFolder('updater', folder);
    return new Staging(temporary.path, async () => temporary[Symbol.asyncDispose]());
  }

  /**
   * Takes the place for this run. Throws `update-running` where another run has it, `path-unusable` where others than this
   * user may write in it. What a killed one left there stays.
   */
  static async open(path: string, destination: string): Promise<Staging> {
    const unlock = await takenIn(path, destination);
    return new Staging(path, async () => {
      await unlock();
      await rmdir(path).catch(unlessInUse);
    });
  }

  /** The package that is downloaded. */
  get package(): string {
    return join(this.path, 'package.zip');
  }

  /** The files that are to be installed. */
  get files(): string {
    return join(this.path, 'new');
  }

  /** Removes all but a download that can be gone on from. */
  async clear(): Promise<void> {
    for (const name of await readdir(this.path)) {
      if (!kept.has(name)) await rm(join(this.path, name), { recursive: true, force: true });
    }
  }

  /** Drops what was downloaded and isn't whole. */
  async forgetDownload(): Promise<void> {
    await dropPartial(partialFiles(this.package));
  }

  /** Leaves nothing behind but a download that can be gone on from, or an installation that isn't finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!(await readdir(this.path)).some(isJournal)) await this.clear();
    await this.#release();
  }
}

/** What the system says of a folder that is removed while it is made, or of a file in it. */
const gone: ReadonlySet<string> = new Set(['ENOENT', 'EEXIST']);

/** Makes the folder and takes its lock; again where the run that ended just now has removed the folder in between. */
async function takenIn(path: string, destination: string, attempts = 50): Promise<() => Promise<void>> {
  let made: string | undefined;
  try {
    made = await makeFolder(path, 0o700);
    await demandOwnStaging(path);
    return await takeLock(join(path, 'lock'), destination);
  } catch (error) {
    const { code = '', syscall } = error as NodeJS.ErrnoException;
    if (attempts > 0 && gone.has(code)) return takenIn(path, destination, attempts - 1);
    // Nobody else's: a folder with another's lock in it stays.
    if (made !== undefined) await rmdir(path).catch(() => undefined);
    throw syscall === 'mkdir' && !saysDiskFull(error) ? unusable(destination, error) : error;
  }
}

/** A download lies there that can be gone on from, or another run has begun, or ended, since. */
function unlessInUse(error: unknown): void {
  if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
}

const kept: ReadonlySet<string> = new Set(['lock', 'package.zip.part', 'package.zip.part.json']);
