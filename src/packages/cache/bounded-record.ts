/** How much is remembered: so many things, of so many characters together. */
const limits = { things: 4096, characters: 4 << 20 } as const;

/** What is remembered of a guest's requests, each thing once. A guest may ask for ever: what is beyond the limits is not kept. */
export class BoundedRecord<T> {
  readonly #lengthOf: (thing: T) => number;
  #things = new Set<T>();
  #characters = 0;

  constructor(lengthOf: (thing: T) => number) {
    this.#lengthOf = lengthOf;
  }

  /** Remembers something, if there is room for it. */
  add(thing: T): void {
    if (this.#things.has(thing)) return;
    const characters = this.#characters + this.#lengthOf(thing);
    if (this.#things.size >= limits.things || characters > limits.characters) return;
    this.#things.add(thing);
    this.#characters = characters;
  }

  /** What was remembered since this was last called, in order. */
  take(): T[] {
    const taken = [...this.#things];
    this.#things = new Set();
    this.#characters = 0;
    return taken;
  }
}
