import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { readBoundedFileNow } from '../core/files/bounded-file.js';
import { byBytes } from '../core/words/bytes-order.js';
import { failure } from '../core/errors/gitian-error.js';
import { systemWords } from '../core/words/system-words.js';
import { KeyRing } from '../openpgp/in-process/key-ring.js';
import { readKeyFile } from '../openpgp/in-process/transferable-key.js';

/** Keys from files, and the files that are broken. */
export interface LoadedKeys {
  readonly ring: KeyRing;
  /** One sentence per file that can't be used, or not all of it. */
  readonly warnings: readonly string[];
}

/** The largest real key file has some hundred kilobytes; a whole keyring of thousands of keys some megabytes. */
const limit = 256 << 20;

/** Endings under which nothing but keys is expected. */
const keyEndings: ReadonlySet<string> = new Set(['.asc', '.gpg', '.key', '.pgp', '.pub']);

/**
 * Reads public keys from files, and from all files below folders. Broken files are named and skipped; throws
 * `keys-missing` where a path doesn't exist or no key is left.
 */
export async function loadKeys(paths: readonly string[]): Promise<LoadedKeys> {
  const ring = new KeyRing();
  const warnings: string[] = [];
  for (const path of paths) {
    for (const file of await filesAt(path)) {
      const problems = addKeys(ring, file);
      // Beside keys lie lists and explanations; only what is called a key has to be one.
      const expected = file === path || keyEndings.has(extname(file).toLowerCase());
      if (problems.length > 0 && expected)
        warnings.push(`the key file "${file}" is skipped: ${problems.join('; ')}`);
    }
  }
  if (ring.size === 0)
    throw failure('keys-missing', { paths, reason: 'there is no public key' }, { lines: warnings });
  return { ring, warnings };
}

function addKeys(ring: KeyRing, path: string): readonly string[] {
  const read = readBoundedFileNow(path, limit);
  if (read.kind === 'missing') return ['it is gone'];
  if (read.kind === 'unreadable') return [read.reason];
  const file = readKeyFile(read.bytes);
  ring.addFile(file);
  return file.problems;
}

/** A file itself, or the files below a folder that aren't hidden, sorted by bytes. */
async function filesAt(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw failure('keys-missing', { paths: [path], reason: systemWords(error) }, { cause: error });
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => byBytes(a.name, b.name))) {
    if (entry.name.startsWith('.')) continue;
    const child = join(path, entry.name);
    if (entry.isDirectory()) files.push(...(await filesAt(child)));
    else if (entry.isFile() || entry.isSymbolicLink()) files.push(child);
  }
  return files;
}
