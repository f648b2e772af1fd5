import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { foundAt } from '../core/files/found-at.js';
import { freeBytes, freeNames } from '../core/files/full-disk.js';
import { failure } from '../core/errors/gitian-error.js';
import { removeLeftovers } from '../core/files/leftovers.js';
import { uniqueMark } from '../core/files/owner-mark.js';
import type { ImageFiles } from './image-files.js';

/** Throws `base-exists` if there is an image, or something where a file beside it belongs. A record alone is none. */
export async function refuseExisting({ image, record, beside }: ImageFiles): Promise<void> {
  const others = Object.values(beside);
  const files = [image, record, ...others].map((file) => basename(file));
  for (const path of [image, ...others]) {
    if ((await foundAt(path)) !== undefined) throw failure('base-exists', { name: basename(path), files });
  }
}

/** What no base image takes less than, in MiB. */
const leastImage = 200;

/** What a base image takes at most with what is made on the way: files and folders. */
const mostNames = 32;

/** Throws `base-no-room` or `disk-full` where an image can't be put: making one takes minutes, and it comes at the end. */
export async function refuseFullDisk(directory: string): Promise<void> {
  const left = Math.floor((await freeBytes(directory)) / 2 ** 20);
  if (left < leastImage) throw failure('base-no-room', { path: directory, left, least: leastImage });
  if ((await freeNames(directory)) < mostNames) throw failure('disk-full', { path: directory });
}

/** Removes what processes that are gone left of `image` unfinished; what is of processes that run stays. */
export async function removeUnfinished(image: string): Promise<void> {
  await removeLeftovers(dirname(image), { before: prefixOf(image), after: '' });
}

function prefixOf(image: string): string {
  return `.${basename(image)}.`;
}

/** A folder beside `image` in which it lies until it is whole. */
export async function stagingBeside(image: string): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = join(dirname(image), `${prefixOf(image)}${uniqueMark()}`);
  await mkdir(path);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A file that was made, and where it is found. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * Moves the files of an image to where they are found, the image itself last: without it the others mean nothing. If
 * something fails before, what went is taken away again.
 */
export async function placeFiles(moves: readonly Move[]): Promise<void> {
  const placed: string[] = [];
  try {
    for (const { from, to } of moves) {
      await rename(from, to);
      placed.push(to);
    }
  } catch (error) {
    for (const path of placed) await rm(path, { force: true });
    throw error;
  }
}
