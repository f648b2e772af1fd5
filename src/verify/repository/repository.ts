import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { byBytes } from '../../core/words/bytes-order.js';
import { matchesGlob } from './glob.js';

/** One package of one release in a signature repository. */
export interface RepositoryEntry {
  /** `<repository>/…/<release>`. */
  readonly folder: string;
  /** The release as a path below the repository. */
  readonly shown: string;
  /** The release by its own name. */
  readonly release: string;
  readonly name: string;
  /** Those who have an assertion or a signature, sorted by bytes. */
  readonly signers: readonly string[];
}

/** Which entries are wanted. */
export interface RepositoryFilter {
  /** Matches a release's name or path; all without it. */
  readonly release: string | undefined;
  readonly package: string | undefined;
}

/** How deep below a repository a release may lie: `<project>/<release>/<signer>/<file>` is common. */
const deepest = 6;

/** Everything that somebody has signed below `root`: sorted by release, then package. */
export function listRepository(root: string, filter: RepositoryFilter): readonly RepositoryEntry[] {
  const entries: RepositoryEntry[] = [];
  walk(root, [], entries);
  return entries
    .filter((entry) => isWanted(entry, filter))
    .sort((a, b) => byBytes(a.shown, b.shown) || byBytes(a.name, b.name));
}

function isWanted({ release, shown, name }: RepositoryEntry, filter: RepositoryFilter): boolean {
  const { release: releases, package: packages } = filter;
  const released = releases === undefined || [release, shown].some((each) => matchesGlob(each, releases));
  return released && (packages === undefined || matchesGlob(name, packages));
}

/**
 * Looks at a folder as a release, then at its folders as releases. A link may be a signer's folder, as for gverify of one
 * release, but no release: links may lead in circles.
 * All at once: thousands of small folders would wait longer for a thread each than they take.
 */
function walk(root: string, path: readonly string[], entries: RepositoryEntry[]): void {
  const folder = join(root, ...path);
  const children = subfolders(folder);
  const names = children.map(({ name }) => name);
  const contents = names.map((name) => readdirSync(join(folder, name), { withFileTypes: true }));
  const release = path.at(-1);
  if (release !== undefined) {
    for (const [name, signers] of packagesIn(names, contents)) {
      entries.push({ folder, shown: path.join('/'), release, name, signers });
    }
  }
  if (path.length >= deepest) return;
  for (const [index, { name, isLink }] of children.entries()) {
    // A folder that holds no folders is a signer's, or nobody's.
    const holdsFolders = contents[index]?.some((entry) => entry.isDirectory()) === true;
    if (holdsFolders && !isLink) walk(root, [...path, name], entries);
  }
}

interface Subfolder {
  readonly name: string;
  readonly isLink: boolean;
}

function subfolders(folder: string): readonly Subfolder[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || leadsToFolder(folder, entry)))
    .map((entry) => ({ name: entry.name, isLink: entry.isSymbolicLink() }))
    .sort((a, b) => byBytes(a.name, b.name));
}

function leadsToFolder(parent: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return false;
  try {
    return statSync(join(parent, entry.name)).isDirectory();
  } catch {
    // To nothing, in circles, or where this user may not look: no folder to gverify of one release either.
    return false;
  }
}

/** Package names to the signers who have a file of it. */
function packagesIn(
  signers: readonly string[],
  contents: readonly (readonly Dirent[])[],
): ReadonlyMap<string, readonly string[]> {
  const packages = new Map<string, string[]>();
  for (const [index, signer] of signers.entries()) {
    const files =
      contents[index]?.flatMap(({ name }) => /^(.+)-build\.assert(?:\.sig)?$/.exec(name)?.[1] ?? []) ?? [];
    for (const name of new Set(files)) packages.set(name, [...(packages.get(name) ?? []), signer]);
  }
  return packages;
}
