import { constants } from 'node:fs';
import { access, lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../core/errors/gitian-error.js';
import { fileState } from '../../core/files/file-state.js';
import { sha256File } from '../../core/files/hashing.js';

/** A file of a build, as it is listed in the report. */
export interface InputFile {
  readonly name: string;
  readonly sha256: string;
  /** Whether it is a link to a file elsewhere: what has to be copied then is what it leads to. */
  readonly isLink: boolean;
  /** What it was while it was hashed: see {@link fileState}. */
  readonly state: string;
}

/**
 * Makes sure that all files are there: regular and readable, or links to such, as big inputs are often shared between
 * workspaces. Throws `input-files-unusable` with all that aren't.
 */
export async function checkInputFiles(directory: string, names: readonly string[]): Promise<void> {
  const problems = await Promise.all(
    names.map(async (name) => ({ name, reason: await problemOf(join(directory, name)) })),
  );
  const files = problems.flatMap(({ name, reason }) => (reason === undefined ? [] : [{ name, reason }]));
  if (files.length > 0) throw failure('input-files-unusable', { directory, files });
}

async function problemOf(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'is a directory';
    if (!found.isFile()) return 'is not a regular file';
    await access(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? `can't be read (${String(error)})`;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'is missing',
  ENOTDIR: 'is missing',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  ELOOP: 'is a link to itself',
};

/**
 * Hashes the files, one after another, without holding them in memory. Throws `input-changed` where one was written to
 * meanwhile.
 */
export async function hashInputFiles(
  directory: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<InputFile[]> {
  const files: InputFile[] = [];
  for (const name of names) {
    const path = join(directory, name);
    const state = await fileState(path);
    const isLink = (await lstat(path)).isSymbolicLink();
    files.push({ name, sha256: await sha256File(path, signal), isLink, state });
  }
  await demandUnchanged(directory, files);
  return files;
}

/** Throws `input-changed` for the first file that isn't any more what was hashed. */
export async function demandUnchanged(
  directory: string,
  files: readonly Pick<InputFile, 'name' | 'state'>[],
): Promise<void> {
  for (const { name, state } of files) {
    if ((await fileState(join(directory, name))) !== state) throw failure('input-changed', { input: name });
  }
}
