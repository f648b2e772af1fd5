import { lstat, readlink } from 'node:fs/promises';
import { failure } from '../../../core/errors/gitian-error.js';
import { entriesOf, type EntryKind } from '../../../core/files/folder-entries.js';
import { DiskRoom } from '../../tar/disk-room.js';
import { entryPath, linkProblem } from '../../tar/entry-name.js';

/**
 * Holds a tree that was taken from the guest to the rules of copying: throws `guest-file-refused` at a name that isn't
 * plain and at a link that leads out, and `no-room-for-file` at a file whose holes would not fit on the disk, since
 * reading them takes as long as if they did. Kinds, owners and modes have been seen to before.
 */
export async function examineTaken(directory: string): Promise<void> {
  await new TakenTree(directory).examine(Buffer.from(directory), []);
}

class TakenTree {
  readonly #directory: string;
  /** Of all files so far, in bytes. */
  #holes = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async examine(directory: Buffer, above: readonly string[]): Promise<void> {
    for await (const { entry, name } of entriesOf(directory)) {
      const parts = [...above, name.toString('utf8')];
      const path = Buffer.concat([directory, Buffer.from('/'), name]);
      const problem = entryPath(parts.join('/')).problem ?? (await kindProblem(entry, path, parts));
      if (problem !== undefined)
        throw failure('guest-file-refused', { path: parts.join('/'), reason: problem });
      if (entry.isDirectory()) await this.examine(path, parts);
      if (entry.isFile()) await this.#fits(path, parts);
    }
  }

  async #fits(path: Buffer, parts: readonly string[]): Promise<void> {
    const { size, blocks } = await lstat(path);
    const hole = size - blocks * blockSize;
    if (hole <= 0) return;
    this.#holes += hole;
    if (new DiskRoom(this.#directory).take(this.#holes)) return;
    throw failure('no-room-for-file', { path: parts.join('/'), size, directory: this.#directory });
  }
}

/** What `blocks` of a file counts in, whatever its disk has, in bytes. */
const blockSize = 512;

async function kindProblem(
  entry: EntryKind,
  path: Buffer,
  parts: readonly string[],
): Promise<string | undefined> {
  if (entry.isSymbolicLink()) return linkProblem(parts, await readlink(path, 'utf8'));
  return entry.isFile() || entry.isDirectory() ? undefined : 'it is of an unknown kind';
}
