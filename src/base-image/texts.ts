import { readFile } from 'node:fs/promises';
import { packageFile } from '../core/package-files.js';

/** Reads files of this package, each under the name that it is wanted by. */
export async function readTexts<Name extends string>(
  files: Readonly<Record<Name, string>>,
): Promise<Readonly<Record<Name, string>>> {
  const entries = Object.entries<string>(files).map(
    async ([name, path]) => [name, await readFile(packageFile(path), 'utf8')] as const,
  );
  return Object.fromEntries(await Promise.all(entries)) as Record<Name, string>;
}
