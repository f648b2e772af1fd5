import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { object, parseJson, text } from '../../core/shape.js';
import type { Beginning } from '../../http/continuation.js';

/** A download that was broken off: a file that grows, and beside it what it is the beginning of. */
export interface Partial {
  readonly url: string;
  /** What the server calls this version of the file: an entity tag, or a date. */
  readonly validator: string;
}

/** The two files of a partial download. */
export interface PartialFiles {
  readonly data: string;
  readonly facts: string;
}

/** Names of a download at `path`. */
export function partialFiles(path: string): PartialFiles {
  return { data: `${path}.part`, facts: `${path}.part.json` };
}

/** What is at hand of `url`; undefined when there is nothing to go on from. */
export async function readPartial(files: PartialFiles, url: string): Promise<Beginning | undefined> {
  try {
    const facts = parseJson(await readFile(files.facts, 'utf8'), partial);
    const { size } = await stat(files.data);
    return facts?.url === url && size > 0 ? { bytes: size, validator: facts.validator } : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Remembers what the data that is about to come belongs to. Without a validator it can't be gone on from. */
export async function writePartial(
  files: PartialFiles,
  url: string,
  validator: string | undefined,
): Promise<void> {
  if (validator === undefined) await rm(files.facts, { force: true });
  else await writeFile(files.facts, JSON.stringify({ url, validator } satisfies Partial));
}

/** Forgets a partial download. */
export async function dropPartial(files: PartialFiles): Promise<void> {
  await rm(files.facts, { force: true });
  await rm(files.data, { force: true });
}

const partial = object<Partial>({ url: text, validator: text });
