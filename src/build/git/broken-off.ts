import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { whoHasOpen } from '../../core/locks/who-has-open.js';

/**
 * Removes what fetches into a repository, or into those of its submodules, have left unfinished since a time, in
 * milliseconds: git leaves a pack that broke off, which may have filled the disk, where it is.
 */
export async function removeBrokenOff(gitDirectory: string, since: number): Promise<void> {
  for await (const repository of repositories(gitDirectory)) {
    const packs = join(repository, 'objects/pack');
    const names = await readdir(packs).catch(() => []);
    for (const path of names.filter((name) => name.startsWith('tmp_')).map((name) => join(packs, name))) {
      // A fetch that was finished in between has given it its name.
      if (await isLeft(path, since).catch(() => false))
        await rm(path, { force: true }).catch(() => undefined);
    }
  }
}

/** What a process has open is of a fetch that goes on, such as the user's own. */
async function isLeft(path: string, since: number): Promise<boolean> {
  return (await stat(path)).mtimeMs >= since && (await whoHasOpen(path)).length === 0;
}

/** A repository and those of its submodules, which git keeps below `modules` under their names, with slashes in them. */
async function* repositories(folder: string): AsyncGenerator<string> {
  const inside = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = inside.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const isRepository = folders.includes('objects');
  if (isRepository) yield folder;
  for (const name of folders)
    if (!isRepository || name === 'modules') yield* repositories(join(folder, name));
}
