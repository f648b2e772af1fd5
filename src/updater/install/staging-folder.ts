import { lstat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { planted } from '../../core/files/own-links.js';
import { longestName, shortName } from '../../core/files/short-name.js';
import { ownNames } from '../package/paths.js';

/** The staging of a destination: in it, or beside it as long as it isn't there. */
export function stagingPath(destination: string, exists: boolean): string {
  return exists
    ? join(destination, ownNames.staging)
    : join(dirname(destination), `.${shortName(basename(destination), room)}${ownNames.staging}`);
}

const room = longestName - '.'.length - ownNames.staging.length;

/**
 * Throws `path-unusable` where a staging folder is not this user's alone: whoever else may write there says what is
 * installed, and where. Throws ENOENT where there is none.
 */
export async function demandOwnStaging(path: string): Promise<void> {
  const found = await lstat(path);
  if (!found.isDirectory()) throw planted(path, 'it is not a folder');
  if (found.uid !== process.geteuid?.()) throw planted(path, "it is another user's");
  if ((found.mode & 0o022) !== 0) throw planted(path, 'others may write in it');
}
