import { folded } from '../package/paths.js';
import type { Changes } from '../outcome.js';

/** What is there to be installed, and what was installed: path → SHA-256. */
export interface Versions {
  readonly next: ReadonlyMap<string, string>;
  readonly previous: ReadonlyMap<string, string>;
}

/** What has to be done to a destination. */
export interface InstallPlan extends Changes {
  /** Every file of the new version: all are put in place, so that a damaged one is mended too. */
  readonly moves: readonly string[];
}

/** Decides what is added, changed and removed. */
export function installPlan({ next, previous }: Versions): InstallPlan {
  const paths = [...next.keys()].sort();
  return {
    moves: paths,
    added: paths.filter((path) => !previous.has(path)),
    changed: paths.filter((path) => previous.has(path) && previous.get(path) !== next.get(path)),
    removed: [...previous.keys()].filter((path) => !next.has(path)).sort(),
  };
}

/** The folders that `paths` lie in, outermost first. */
export function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1))
      folders.add(path.slice(0, end));
  }
  return [...folders].sort();
}

/** A removed path that is one of the new ones under another spelling, where the file system knows no case. */
export function respelled(removed: string, moves: readonly string[]): string | undefined {
  return moves.find((path) => folded(path) === folded(removed));
}
