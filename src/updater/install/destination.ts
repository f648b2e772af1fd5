import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readBoundedFile } from '../../core/files/bounded-file.js';
import { followOwn, isOwn } from '../../core/files/own-links.js';
import { failure } from '../../core/errors/gitian-error.js';
import { makingHint } from '../../core/words/host-failure.js';
import { makingWords } from '../../core/words/system-words.js';
import type { Remedy } from '../outcome.js';
import { isOwnName, ownNames } from '../package/paths.js';
import { parseManifest, type InstalledManifest } from './installed-manifest.js';

/** What a destination is before anything is done. */
export type DestinationState =
  | { readonly kind: 'absent' }
  /** A folder with nothing in it but what belongs to this program. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'installed'; readonly manifest: InstalledManifest }
  | { readonly kind: 'foreign'; readonly reason: string; readonly remedy: Remedy };

/** How large a manifest may be, in bytes. */
const manifestLimit = 64 << 20;

/** The real path of a destination: own links to it are followed. Throws `path-unusable` at another user's. */
export async function destinationPath(path: string): Promise<string> {
  const whole = resolve(path);
  followOwn(whole);
  try {
    return await realpath(whole);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unusable(path, error);
  }
  if ((await lstat(whole).catch(() => undefined)) !== undefined) {
    throw failure('destination-unusable', { path, reason: 'it is a link to nothing' });
  }
  const parent = await realpath(dirname(whole)).catch((error: unknown) => {
    throw unusable(path, error);
  });
  return join(parent, basename(whole));
}

/** Looks at a destination. `program` is the path of the program that runs, which may lie in it. */
export async function inspectDestination(path: string, program: string): Promise<DestinationState> {
  const found = await stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(path, error);
  });
  if (found === undefined) return { kind: 'absent' };
  if (!isOwn(found.uid)) await refuseForestalled(path);
  if (!found.isDirectory()) return { kind: 'foreign', reason: 'it is not a folder', remedy: 'name-folder' };
  const manifest = await readBoundedFile(join(path, ownNames.manifest), manifestLimit);
  if (manifest.kind === 'missing') {
    const names = (await readdir(path)).filter((name) => !isOwnName(name) && join(path, name) !== program);
    if (names.length === 0) return { kind: 'empty' };
    const reason = `it is not empty and has no ${ownNames.manifest}`;
    return { kind: 'foreign', reason, remedy: 'other-folder' };
  }
  const parsed =
    manifest.kind === 'read' ? parseManifest(manifest.bytes, ownNames.manifest) : manifest.reason;
  if (typeof parsed !== 'string') return { kind: 'installed', manifest: parsed };
  const reason = `its ${ownNames.manifest} can't be used: ${parsed}`;
  return { kind: 'foreign', reason, remedy: 'restore-manifest' };
}

/** Throws where another user's destination may be one that they made because somebody would install there, as in /tmp. */
async function refuseForestalled(path: string): Promise<void> {
  const { mode } = await stat(dirname(path));
  if ((mode & 0o1002) !== 0o1002) return;
  throw failure('destination-unusable', {
    path,
    reason: "it is another user's, in a folder where anybody may make one",
    hint: 'name another folder with --dest, or see whose it is: ls -ld',
  });
}

/** Why a destination can't be used, from the system's error. */
export function unusable(path: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error as Error;
  const params = { path, reason: makingWords(error), hint: makingHint(error, path) };
  return failure('destination-unusable', params, { cause: error });
}
