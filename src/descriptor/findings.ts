import type { Place } from '../yaml/value.js';

/** More than this is not told one by one. */
const mostTold = 50;

/** Sentences about places in a file, of which only so many are made as anybody reads. */
export class Findings {
  readonly #source: string;
  readonly #found: (Place & { readonly sentence: string })[] = [];
  #count = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get count(): number {
    return this.#count;
  }

  add(find: () => { readonly place: Place; readonly text: string }): void {
    this.#count += 1;
    if (this.#count > mostTold) return;
    const { place, text } = find();
    const { line, column } = place;
    this.#found.push({
      line,
      column,
      sentence: `${this.#source}:${String(line)}:${String(column)}: ${text}`,
    });
  }

  /** In the order of the file. */
  told(): readonly string[] {
    const inOrder = this.#found.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const sentences = inOrder.map(({ sentence }) => sentence);
    const more = this.#count - sentences.length;
    return more === 0 ? sentences : [...sentences, `and ${String(more)} more`];
  }
}
