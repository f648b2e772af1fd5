/** Keeps what libyaml's emitter keeps of the line so far, which decides where it breaks lines and puts spaces. */
export class Emitter {
  /** Column of the block that is being written. */
  indent = 0;
  /** The block scalar written last ends in line breaks that belong to it; other scalars don't change that. */
  openEnded = false;
  #text = '';
  #column = 0;
  /** The line so far ends in white space. */
  #spaced = true;
  /** The line so far is nothing but indentation and indicators. */
  #indented = true;

  get text(): string {
    return this.#text;
  }

  get column(): number {
    return this.#column;
  }

  get indented(): boolean {
    return this.#indented;
  }

  /** Runs `write` with the block `by` columns further in. */
  deeper(by: number, write: () => void): void {
    this.indent += by;
    write();
    this.indent -= by;
  }

  /** Begins a line where the last one is used, and fills it up to the indentation. */
  newLine(): void {
    const { indent } = this;
    if (!this.#indented || this.#column > indent || (this.#column === indent && !this.#spaced))
      this.lineBreak();
    this.put(' '.repeat(Math.max(indent - this.#column, 0)));
    this.#spaced = true;
    this.#indented = true;
  }

  lineBreak(): void {
    this.#text += '\n';
    this.#column = 0;
    this.#indented = true;
  }

  /** Writes characters of a scalar as they are. */
  put(text: string): void {
    this.#text += text;
    for (const _ of text) this.#column += 1;
    if (text !== '') this.#indented = false;
  }

  /** Writes `-`, `?` or a `:` of its own, behind which a block may begin in the same line. */
  blockIndicator(text: string): void {
    const { indented } = this;
    this.token(text);
    this.#indented = indented;
  }

  /** Writes a token with a space before it. */
  token(text: string): void {
    if (!this.#spaced) this.put(' ');
    this.closing(text);
  }

  /** Writes a token that follows on what is there. */
  closing(text: string): void {
    this.put(text);
    this.#spaced = false;
  }

  /** A line break that ends a block scalar's header or one of its lines. */
  blockLine(): void {
    this.lineBreak();
    this.#spaced = true;
  }
}
