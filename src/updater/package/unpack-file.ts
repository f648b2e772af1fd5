import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../core/files/make-folder.js';
import type { Archive } from '../../zip/archive.js';
import { readMember } from '../../zip/read-member.js';
import type { PackageFile } from './layout.js';

/** Where a file comes from, and the folder it goes below; undefined only hashes it. */
export interface FileRequest {
  readonly archive: Archive;
  readonly into: string | undefined;
  readonly signal: AbortSignal;
}

/** The SHA-256 of a file, which is unpacked on the way and lies on the disk when this returns. */
export async function unpackFile({ archive, into, signal }: FileRequest, file: PackageFile): Promise<string> {
  const hash = createHash('sha256');
  await using target = into === undefined ? undefined : await createFile(into, file);
  const plain = async (bytes: Buffer): Promise<void> => {
    const written = target?.appendFile(bytes);
    hash.update(bytes);
    await written;
  };
  await readMember(archive, file.member, { plain, signal });
  await target?.sync();
  return hash.digest('hex');
}

async function createFile(into: string, file: PackageFile): Promise<FileHandle> {
  const path = join(into, file.path);
  await makeFolder(dirname(path));
  // A link or a file that somebody else put there would be an error.
  return open(path, 'wx', file.executable ? 0o777 : 0o666);
}
