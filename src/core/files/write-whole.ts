import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Draft } from './draft.js';
import { failure } from '../errors/gitian-error.js';
import { saysDiskFull } from './full-disk.js';
import { makeFolder } from './make-folder.js';

/** Writes a file so that it appears whole, or the old one stays; the folder is made where it is missing. A link stays a link. */
export async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await using draft = await Draft.begin(await realpath(path).catch(() => path));
    await draft.file.writeFile(content);
    await draft.put();
  } catch (error) {
    throw saysDiskFull(error) ? failure('disk-full', { path }, { cause: error }) : error;
  }
}
