import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { entriesOf } from '../../core/files/folder-entries.js';

/** Something below a directory that is not a directory itself. */
export interface TreeEntry {
  /** Below the tree, with `/`; what isn't UTF-8 shows as U+FFFD. */
  readonly path: string;
  readonly kind: 'file' | 'link' | 'special';
  /** Why this name can't stand in a line of a manifest, if it can't. */
  readonly nameProblem: string | undefined;
}

/** Everything below a directory, hidden entries included, in no order. Links aren't followed. */
export async function treeEntries(directory: string, signal?: AbortSignal): Promise<TreeEntry[]> {
  const found: TreeEntry[] = [];
  // Names are bytes: one that isn't UTF-8 couldn't be opened again from text.
  const add = async (folder: Buffer, above: readonly Buffer[]): Promise<void> => {
    for await (const { entry, name } of entriesOf(folder)) {
      signal?.throwIfAborted();
      const names = [...above, name];
      if (entry.isDirectory()) {
        await add(Buffer.concat([folder, slash, name]), names);
      } else {
        const path = names.map((part) => part.toString('utf8')).join('/');
        found.push({ path, kind: kindOf(entry), nameProblem: nameProblem(names, path) });
      }
    }
  };
  await add(Buffer.from(directory), []);
  return found;
}

const slash = Buffer.from('/');

function kindOf(entry: Pick<Dirent, 'isFile' | 'isSymbolicLink'>): TreeEntry['kind'] {
  return entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'special';
}

/** A manifest is text in YAML, line by line. */
function nameProblem(names: readonly Buffer[], path: string): string | undefined {
  if (!names.every(isUtf8)) return "has a name that isn't UTF-8";
  if (/[\p{Cc}\p{Zl}\p{Zp}\u{feff}\u{fffe}\u{ffff}]/u.test(path)) {
    return 'has a control character in its name';
  }
  return undefined;
}

/** What a link in a tree leads to: a file or directory of the same tree, or why it counts as neither. */
export async function followLink(
  root: string,
  path: string,
): Promise<'file' | 'directory' | { readonly problem: string }> {
  try {
    const target = await realpath(join(root, path));
    if (target !== root && !target.startsWith(`${root}/`)) return { problem: 'is a link out of the tree' };
    const found = await stat(target);
    if (found.isDirectory()) return 'directory';
    return found.isFile() ? 'file' : { problem: 'is a link to a special file' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { problem: 'is a link to nothing' };
    if (code === 'ELOOP') return { problem: 'is a link to itself' };
    throw error;
  }
}
