import { dirname } from 'node:path';
import { Draft } from './draft.js';
import { failure } from '../errors/gitian-error.js';
import { saysDiskFull } from './full-disk.js';
import { makeFolder } from './make-folder.js';
import { followOwn } from './own-links.js';

/**
 * Writes a file so that it appears whole, or the old one stays; the folder is made where it is missing. An own link stays a
 * link, such as one from a workspace to another disk; at another user's it throws `path-unusable`.
 */
export async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await using draft = await Draft.begin(followOwn(path));
    await draft.file.writeFile(content);
    await draft.put();
  } catch (error) {
    throw saysDiskFull(error) ? failure('disk-full', { path }, { cause: error }) : error;
  }
}
