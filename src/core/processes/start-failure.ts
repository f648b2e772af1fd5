import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { exists } from '../files/exists.js';
import { failure } from '../errors/gitian-error.js';

/** A program that could not be started. */
export interface UnstartedProgram {
  readonly program: string;
  readonly cwd: string | undefined;
  /** Where it was looked for, as in `$PATH`. */
  readonly path: string;
  /** What the system said. */
  readonly error: NodeJS.ErrnoException;
}

/**
 * Why a program could not be started: `tool-missing`, or `process-failed` where it is there. The system's answer alone
 * doesn't tell: a working directory that is gone is `ENOENT` too, and a folder on the path that can't be searched makes
 * `EACCES` of a program that is nowhere.
 */
export async function startFailure({ program, cwd, path, error }: UnstartedProgram): Promise<Error> {
  const told = (words: string): Error =>
    failure('process-failed', { program, outcome: "can't be started", words }, { cause: error });
  if (cwd !== undefined && !(await isFolder(cwd))) return told(`its working directory "${cwd}" is gone`);
  const isLookedFor = error.code === 'ENOENT' || error.code === 'EACCES';
  if (isLookedFor && !(await isThere(program, path))) return missing(program);
  const [, words] = getSystemErrorMap().get(error.errno ?? 0) ?? [];
  return told(words ?? error.code ?? error.message);
}

/** Throws `tool-missing` where a program is nowhere on `path`, as in `$PATH`. */
export async function demandProgram(program: string, path: string): Promise<void> {
  if (!(await isThere(program, path))) throw missing(program);
}

function missing(program: string): Error {
  return failure('tool-missing', { tools: [program], packages: [] });
}

async function isThere(program: string, path: string): Promise<boolean> {
  const folders = program.includes('/') ? [''] : path.split(delimiter);
  for (const folder of folders) if (await exists(join(folder, program))) return true;
  return false;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
