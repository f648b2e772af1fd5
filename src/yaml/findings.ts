import type { Place } from './value.js';

/** More than this is not told one by one. */
const mostTold = 50;

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

  /** In the order of the file; last, what is nowhere. */
  told(): readonly string[] {
    const sentences = this.#found
      .toSorted((a, b) => compareNumbers(lineOf(a), lineOf(b)) || compareNumbers(columnOf(a), columnOf(b)))
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

function lineOf({ place }: Finding): number {
  return place?.line ?? Infinity;
}

function columnOf({ place }: Finding): number {
  return place?.column ?? Infinity;
}

function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
