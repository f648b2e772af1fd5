import { chmod, stat } from 'node:fs/promises';
import { failure } from '../core/errors/gitian-error.js';
import { readBoundedFile } from '../core/files/bounded-file.js';
import { writeWhole } from '../core/files/write-whole.js';
import { isCustomisedProgram } from './customised-program.js';

/** How large a customised program may be, in bytes: it holds a configuration in base64, and little else. */
const longest = 2 << 20;

/** A path, and as the user typed it. */
export interface ProgramPlace {
  readonly path: string;
  readonly shown: string;
}

/**
 * Writes a customised program, which everybody may run who may read it. Throws `program-in-the-way` where something else than
 * an earlier such program would be lost; with `force` other files may be.
 */
export async function writeProgram(place: ProgramPlace, text: string, force: boolean): Promise<void> {
  await refuseInTheWay(place, force);
  await writeWhole(place.path, text);
  // As a shell's redirection and chmod +x would.
  const { mode } = await stat(place.path);
  await chmod(place.path, (mode | ((mode & 0o444) >> 2)) & 0o777);
}

async function refuseInTheWay({ path, shown }: ProgramPlace, force: boolean): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  const refusal = (reason: string, replaceable: boolean): Error =>
    failure('program-in-the-way', { path: shown, reason, replaceable });
  if (!found.isFile()) throw refusal('it is not a file', false);
  if (force) return;
  const file = await readBoundedFile(path, longest);
  if (file.kind !== 'read' || !isCustomisedProgram(file.bytes)) {
    throw refusal('it is none that --customize wrote', true);
  }
}
