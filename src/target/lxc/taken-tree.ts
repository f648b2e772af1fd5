import { readlink } from 'node:fs/promises';
import { failure } from '../../core/errors/gitian-error.js';
import { entriesOf } from '../../core/folder-entries.js';
import { entryPath, linkProblem } from '../tar/entry-name.js';

/**
 * Holds a tree that was taken from the guest to the rules of copying: throws `guest-file-refused` at a name that isn't
 * plain and at a link that leads out. Kinds, owners and modes have been seen to before.
 */
export async function examineTaken(directory: string): Promise<void> {
  await examine(Buffer.from(directory), []);
}

async function examine(directory: Buffer, above: readonly string[]): Promise<void> {
  for await (const { entry, name } of entriesOf(directory)) {
    const parts = [...above, name.toString('utf8')];
    const path = (): Buffer => Buffer.concat([directory, Buffer.from('/'), name]);
    const problem = entryPath(parts.join('/')).problem ?? (await kindProblem(entry, path, parts));
    if (problem !== undefined)
      throw failure('guest-file-refused', { path: parts.join('/'), reason: problem });
    if (entry.isDirectory()) await examine(path(), parts);
  }
}

async function kindProblem(
  entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean },
  path: () => Buffer,
  parts: readonly string[],
): Promise<string | undefined> {
  if (entry.isSymbolicLink()) return linkProblem(parts, await readlink(path(), 'utf8'));
  return entry.isFile() || entry.isDirectory() ? undefined : 'it is of an unknown kind';
}
