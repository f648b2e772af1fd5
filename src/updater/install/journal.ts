import { pathProblem } from '../package/paths.js';

/** What an installation has decided to do; written before the first change, so that it can be finished whatever happens. */
export interface Journal {
  /** The folder that is changed. */
  readonly destination: string;
  /** Paths below the destination. */
  readonly removed: readonly string[];
  readonly moves: readonly string[];
  /** The text of the new `.gitian-manifest`. */
  readonly manifest: string;
}

/** The journal as its file's text. */
export function journalText(journal: Journal): string {
  return JSON.stringify({ format: 1, ...journal });
}

/** Reads a journal of this version; undefined for anything else, and for one that would touch other folders. */
export function parseJournal(text: string): Journal | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { format, destination, removed, moves, manifest } = value as Record<string, unknown>;
  const sound =
    format === 1 &&
    typeof destination === 'string' &&
    typeof manifest === 'string' &&
    arePaths(removed) &&
    arePaths(moves);
  return sound ? { destination, removed, moves, manifest } : undefined;
}

function arePaths(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) && value.every((path) => typeof path === 'string' && pathProblem(path) === undefined)
  );
}
