import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes what fetches into a repository, or into those of its submodules, have left unfinished since a time, in
 * milliseconds: git leaves a pack that broke off, which may have filled the disk, where it is.
 */
export async function removeBrokenOff(gitDirectory: string, since: number): Promise<void> {
  const names = await readdir(gitDirectory, { recursive: true }).catch(() => []);
  for (const name of names.filter((each) => unfinished.test(each))) {
    const path = join(gitDirectory, name);
    const changed = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    if (changed >= since) await rm(path, { force: true }).catch(() => undefined);
  }
}

const unfinished = /(?:^|\/)objects\/pack\/tmp_[^/]+$/;
