import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { failure } from '../../core/errors/gitian-error.js';
import { ownNames } from '../package/paths.js';
import type { Journal } from './journal.js';
import { foldersOf, respelled } from './plan.js';

/** The changes to a file system that an installation is made of, in a form that tests can break off anywhere. */
export interface Changer {
  readonly unlink: (path: string) => void;
  readonly rmdir: (path: string) => void;
  readonly mkdir: (path: string) => void;
  readonly rename: (from: string, to: string) => void;
  readonly write: (path: string, text: string) => void;
  readonly sync: (path: string) => void;
}

/** The real file system. */
export const realChanger: Changer = {
  unlink: unlinkSync,
  rmdir: rmdirSync,
  mkdir: mkdirSync,
  rename: renameSync,
  write: (path, text) => {
    writeFileSync(path, text, { flush: true });
  },
  sync: (path) => {
    const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
};

/**
 * Carries a journal out, from its beginning or from wherever it was broken off: every step looks whether it was done
 * before. `files` is where the staged files lie. Synchronous, so that nothing of this process comes in between. Nothing is
 * changed behind a link: throws `destination-unusable` where a file has to go there, and removes nothing there.
 */
export function applyJournal(journal: Journal, files: string, change: Changer = realChanger): void {
  const at = (path: string): string => join(journal.destination, path);
  const waits = (path: string): boolean => existsSync(join(files, path));
  refuseLinks(journal, at);
  for (const path of journal.removed) {
    if (foldersOf([path]).some((folder) => isLink(at(folder)))) continue;
    const twin = respelled(path, journal.moves);
    // Once the twin is in place, this path may be the twin.
    if (twin === undefined || waits(twin)) removeFile(at(path), change);
  }
  for (const folder of [...foldersOf(journal.removed)].reverse()) {
    if (!foldersOf([folder]).some((above) => isLink(at(above)))) removeEmpty(at(folder), change);
  }
  for (const folder of foldersOf(journal.moves)) makeFolder(at(folder), change);
  for (const path of journal.moves) if (waits(path)) change.rename(join(files, path), at(path));
  change.write(join(dirname(files), 'manifest'), journal.manifest);
  change.rename(join(dirname(files), 'manifest'), at(ownNames.manifest));
  for (const folder of ['', ...foldersOf([...journal.moves, ...journal.removed])]) sync(at(folder), change);
}

/** A link that was put in a folder's place since the installation was planned. */
function refuseLinks({ destination, moves }: Journal, at: (path: string) => string): void {
  const linked = foldersOf(moves).find((folder) => isLink(at(folder)));
  if (linked === undefined) return;
  throw failure('destination-unusable', {
    path: destination,
    reason: `"${linked}" in it is a link where a folder has to be`,
    hint: 'move the link away, and run this again',
  });
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

function removeFile(path: string, change: Changer): void {
  tolerating(['ENOENT', 'ENOTDIR', 'EISDIR'], () => {
    change.unlink(path);
  });
}

function removeEmpty(path: string, change: Changer): void {
  tolerating(['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'], () => {
    change.rmdir(path);
  });
}

function makeFolder(path: string, change: Changer): void {
  tolerating(['EEXIST'], () => {
    change.mkdir(path);
  });
}

/** What has changed in a folder that is still there is on the disk then, if it may be read: a file that is gone stays gone. */
function sync(path: string, change: Changer): void {
  tolerating(['ENOENT', 'ENOTDIR', 'EACCES'], () => {
    change.sync(path);
  });
}

function tolerating(codes: readonly string[], step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
