import type { Place } from './value.js';

/** More than this is not told one by one. */
const mostTold = 50;

/** Behind every place of a file. */
const nowhere: Place = { line: Number.MAX_SAFE_INTEGER, column: 0 };

/** Something to say of a file, and where in it. */
export interface Finding {
  /** Undefined of what is nowhere, as a missing key. */
  readonly place: Place | undefined;
  readonly text: string;
}

/**
 * Sentences about places in a file, of which only so many are made as anybody reads: to look a place up takes longer the
 * longer the file is, and one of somebody else's may be wrong everywhere.
 */
export class Findings {
  readonly #prefix: (place: Place) => string;
  readonly #found: Finding[] = [];
  #count = 0;

  /** `prefix` is what comes before a sentence about a place. */
  constructor(prefix: (place: Place) => string) {
    this.#prefix = prefix;
  }

  get count(): number {
    return this.#count;
  }

  add(find: () => Finding): void {
    this.#count += 1;
    if (this.#count <= mostTold) this.#found.push(find());
  }

  /** Parameters of a failure that tells the only one itself, and how many there are otherwise. */
  summary(source: string): { readonly source: string; readonly count: number; readonly first: string } {
    return { source, count: this.#count, first: this.told()[0] ?? '' };
  }

  /** Lines below such a failure: none where it tells the only one. */
  below(): readonly string[] {
    return this.#count === 1 ? [] : this.told();
  }

  /** In the order of the file; last, what is nowhere. */
  told(): readonly string[] {
    const sentences = this.#found
      .toSorted(({ place: a = nowhere }, { place: b = nowhere }) => a.line - b.line || a.column - b.column)
      .map(({ place, text }) => (place === undefined ? text : this.#prefix(place) + text));
    const more = this.#count - sentences.length;
    return more === 0 ? sentences : [...sentences, `and ${String(more)} more`];
  }
}

/** `file.yml:3:5: `, as compilers write it. */
export function placeIn(source: string): (place: Place) => string {
  return ({ line, column }) => `${source}:${String(line)}:${String(column)}: `;
}

/** `line 3: `, where the file was named before. */
export function lineOnly({ line }: Place): string {
  return `line ${String(line)}: `;
}
