import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { foundAt } from '../core/files/found-at.js';
import type { ImageKind } from './image-kinds.js';

/** What is wrong with something that was handed over. */
export interface PartsProblem {
  /** Its name; empty where nobody can tell. */
  readonly path: string;
  readonly reason: string;
}

/** Thrown for a part whose text can't be written down as what an image was made of. */
export class PartError extends Error {
  readonly problem: PartsProblem;

  constructor(problem: PartsProblem) {
    super(problem.reason);
    this.problem = problem;
  }
}

/** What of an image in a folder is wrong, missing or too much: there are to be regular files, which can be read by their names. */
export async function partsProblem(directory: string, kind: ImageKind): Promise<PartsProblem | undefined> {
  const files = expectedFiles(kind);
  const stranger = (await readdir(directory)).sort().find((name) => !files.has(name) && name !== releases);
  if (stranger !== undefined) return { path: stranger, reason: 'it is not expected' };
  if ((await foundAt(join(directory, releases)))?.isDirectory() !== true)
    return { path: releases, reason: 'it is no folder' };
  for (const name of (await readdir(join(directory, releases))).sort())
    files.set(join(releases, name), mostText);
  for (const [path, most] of files) {
    const reason = await fileProblem(join(directory, path), most);
    if (reason !== undefined) return { path, reason };
  }
  const leadsAway = (await kind.leadsAway?.(join(directory, 'image'))) === true;
  return leadsAway ? { path: 'image', reason: 'it names another file that its disk is in' } : undefined;
}

/** The folder with the signed release files. */
const releases = 'releases';

/** What an image was made of is read as a whole: so many bytes of a file at most. */
const mostText = 64 * 2 ** 20;

/** The files that come with an image of a kind, and how many bytes of each are taken. */
function expectedFiles({ machine }: ImageKind): Map<string, number> {
  const texts = [
    'installed',
    'available',
    'epoch',
    ...(machine === undefined ? [] : ['host-key', 'fetched']),
  ];
  return new Map([
    ...['image', ...Object.keys(machine?.beside ?? {})].map((name) => [name, Infinity] as const),
    ...texts.map((name) => [name, mostText] as const),
  ]);
}

async function fileProblem(path: string, most: number): Promise<string | undefined> {
  const file = await foundAt(path);
  if (file === undefined) return 'it is missing';
  if (!file.isFile()) return 'it is no regular file';
  return file.size > most ? `it has more than ${String(most)} bytes` : undefined;
}
