import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../digest.js';

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
  const digest = sha256(readFileSync(path)).slice(0, 12);
  return `${(stat.mode & 0o777).toString(8)} ${digest}`;
}
