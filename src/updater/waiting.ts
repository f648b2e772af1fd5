import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readBoundedFile } from '../core/files/bounded-file.js';
import { GitianError } from '../core/errors/gitian-error.js';
import { makeFolder } from '../core/files/make-folder.js';
import { writeWhole } from '../core/files/write-whole.js';
import { readYaml } from '../yaml/read.js';
import { isMap } from '../yaml/value.js';
import { ownNames } from './package/paths.js';

/** A package that lies in the destination until its time has come. */
export interface Waiting {
  readonly release: string;
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
}

/** Where the package lies that waits. */
export function waitingPackage(destination: string): string {
  return join(destination, ownNames.waitingPackage);
}

/** What waits in a destination, if anything does; what can't be read, waits no more. */
export async function readWaiting(destination: string): Promise<Waiting | undefined> {
  const file = await readBoundedFile(join(destination, ownNames.waiting), 1 << 20);
  return file.kind === 'read' && existsSync(waitingPackage(destination))
    ? parseWaiting(file.bytes)
    : undefined;
}

/** Reads the text of a state file. */
export function parseWaiting(bytes: Uint8Array): Waiting | undefined {
  try {
    const { value } = readYaml(bytes, ownNames.waiting);
    if (!isMap(value)) return undefined;
    const [release, time] = [value.get('release'), value.get('time')];
    if (typeof release !== 'string' || typeof time !== 'number') return undefined;
    return { release, since: time * 1000 };
  } catch (error) {
    if (error instanceof GitianError) return undefined;
    throw error;
  }
}

/** The state as its file's text: times are whole seconds since 1970. */
export function waitingText({ release, since }: Waiting): string {
  return `release: ${JSON.stringify(release)}\ntime: ${String(Math.floor(since / 1000))}\n`;
}

/** Lets a package wait from now on, which becomes the destination's; the destination is made where it is missing. */
export async function beginWaiting(
  destination: string,
  packagePath: string,
  waiting: Waiting,
): Promise<void> {
  await makeFolder(destination);
  await rename(packagePath, waitingPackage(destination));
  await writeWhole(join(destination, ownNames.waiting), waitingText(waiting));
}

/** Forgets what waits. */
export async function endWaiting(destination: string): Promise<void> {
  await rm(join(destination, ownNames.waiting), { force: true });
  await rm(waitingPackage(destination), { force: true });
}
