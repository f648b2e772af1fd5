import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Every path below a folder, and what is there: a folder, where a link leads, or a file's mode and digest. */
export type Tree = Readonly<Record<string, string>>;

/** What is in a folder. */
export function treeOf(folder: string): Tree {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(names.map((name) => [name, whatIs(join(folder, name))]));
}

function whatIs(path: string): string {
  const stat = lstatSync(path);
  if (stat.isDirectory()) return 'folder';
  if (stat.isSymbolicLink()) return `to ${readlinkSync(path)}`;
  const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 12);
  return `${(stat.mode & 0o777).toString(8)} ${digest}`;
}
