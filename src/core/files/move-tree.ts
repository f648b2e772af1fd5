import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
} from 'node:fs/promises';
import { copyName } from './leftovers.js';
import { makeFolder } from './make-folder.js';

/**
 * Moves everything below `from` into `to` by renaming, file by file or, where nothing is in the way, a whole directory, so
 * that each file is the old or the new one, whole, at any time. What `to` has beside that stays. Returns the paths, below
 * `to`, of files that were there before and are replaced.
 *
 * A link is moved as a link, and none is followed below `to`: where a directory is to be, a link in its place gives way.
 */
export async function moveTree(from: string, to: string): Promise<string[]> {
  await makeFolder(to);
  if (await replacesEmpty(Buffer.from(from), to)) return [];
  const replaced = await moveEntries(Buffer.from(from), Buffer.from(to));
  return replaced.map((path) => path.toString('utf8'));
}

/** Names are bytes here: which of them a manifest can hold is for others to say. */
async function moveEntries(from: Buffer, to: Buffer): Promise<Buffer[]> {
  const replaced: Buffer[] = [];
  for (const entry of await readdir(from, { withFileTypes: true, encoding: 'buffer' })) {
    const name = entry.name as unknown as Buffer;
    const source = joined(from, name);
    const destination = joined(to, name);
    const there = await lstat(destination).catch(missing);
    if (entry.isDirectory()) {
      if (there?.isDirectory() === false) await rm(destination);
      if (there?.isDirectory() !== true) await mkdir(destination);
      if (there?.isDirectory() !== true && (await replacesEmpty(source, destination))) continue;
      await makeWritable(source);
      const below = await moveEntries(source, destination);
      replaced.push(...below.map((path) => joined(name, path)));
    } else {
      if (there?.isDirectory() === true) await rm(destination, { recursive: true });
      else if (there !== undefined) replaced.push(name);
      await moveFile(source, destination);
    }
  }
  return replaced;
}

/** Renames a directory to an empty one, which keeps its mode; false where that can't be, and then nothing has changed. */
async function replacesEmpty(from: Buffer, to: Buffer | string): Promise<boolean> {
  const { mode } = await lstat(to);
  await makeWritable(from);
  const renamed = await rename(from, to).then(
    () => true,
    // Something is in it, it is on another disk, it is a link: whatever it is, file by file shows.
    () => false,
  );
  if (renamed) await chmod(to, mode & 0o777);
  return renamed;
}

function joined(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from('/'), part])));
}

/** Only an owner who may write into a directory may move files out of it. */
async function makeWritable(directory: Buffer): Promise<void> {
  const { mode } = await lstat(directory);
  if ((mode & 0o700) !== 0o700) await chmod(directory, (mode & 0o777) | 0o700);
}

async function moveFile(source: Buffer, destination: Buffer): Promise<void> {
  try {
    await rename(source, destination);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    // A cache may lie on another disk: it gets a copy, and that is renamed into place there.
    await putCopy(source, destination);
    await rm(source);
  }
}

async function putCopy(source: Buffer, destination: Buffer): Promise<void> {
  const folder = destination.subarray(0, destination.lastIndexOf('/'));
  const draft = joined(folder, Buffer.from(copyName()));
  try {
    await copyOver(source, draft);
    await rename(draft, destination);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function copyOver(source: Buffer, destination: Buffer): Promise<void> {
  const found = await lstat(source);
  if (found.isSymbolicLink()) {
    await symlink(await readlink(source, { encoding: 'buffer' }), destination);
    return;
  }
  await copyFile(source, destination);
  await utimes(destination, found.atime, found.mtime);
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
