import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { failure, isFailure, type FailureDetails, type GitianError } from '../errors/gitian-error.js';

/** A program of the host, and the Debian and Ubuntu package it is in. */
export interface HostProgram {
  readonly program: string;
  readonly package: string;
}

/** What copies files into a target. */
export const tar: HostProgram = { program: 'tar', package: 'tar' };

/** The same failure of a program, with what to install where it is missing, or isn't what it is taken for. */
export function withPackage(error: unknown, program: HostProgram): unknown {
  if (isFailure(error, 'tool-missing')) return programsMissing([program]);
  if (isFailure(error, 'process-failed') && /: (?:unknown|unrecognized|invalid) option/.test(error.message))
    return error.withHint(howToReplace(program));
  return error;
}

/** What to type where a program isn't what it is taken for. */
export function howToReplace({ program, package: name }: HostProgram): string {
  return `${program} --version; apt-get install --reinstall ${name}`;
}

/** Where root finds programs that an ordinary user's `PATH` may leave out. */
const rootFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'] as const;

/** The path of a program on `path` (as in `$PATH`) or among root's own, or undefined. */
export async function findProgram(name: string, path: string): Promise<string | undefined> {
  const folders = [...path.split(delimiter).filter((folder) => folder.startsWith('/')), ...rootFolders];
  for (const folder of folders) {
    const candidate = join(folder, name);
    if (await isProgram(candidate)) return candidate;
  }
  return undefined;
}

/** Whether there is a file that this process may run; a folder is none. */
export async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Which of these programs are missing. */
export async function missingPrograms(wanted: readonly HostProgram[], path: string): Promise<HostProgram[]> {
  const found = await Promise.all(wanted.map(async ({ program }) => findProgram(program, path)));
  return wanted.filter((_, index) => found[index] === undefined);
}

/** The failure that these programs are missing, with what to install. */
export function programsMissing(missing: readonly HostProgram[], details?: FailureDetails): GitianError {
  const tools = missing.map(({ program }) => program);
  const packages = [...new Set(missing.map((each) => each.package))];
  return failure('tool-missing', { tools, packages }, details);
}
