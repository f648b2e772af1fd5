import { list, object, only, parseJson, plain, text } from '../../core/shape.js';
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
export function parseJournal(json: string): Journal | undefined {
  const read = parseJson(json, journalFile);
  if (read === undefined) return undefined;
  const { destination, removed, moves, manifest } = read;
  return { destination, removed, moves, manifest };
}

const path = plain(
  'a path',
  (value): value is string => typeof value === 'string' && pathProblem(value) === undefined,
);

const journalFile = object<Journal & { readonly format: 1 }>({
  format: only(1),
  destination: text,
  removed: list(path),
  moves: list(path),
  manifest: text,
});
