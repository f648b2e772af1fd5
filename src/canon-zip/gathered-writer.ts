/** How much is gathered before it is written, in bytes. */
const enough = 1 << 20;

/** Hands small pieces on in large ones. */
export class GatheredWriter {
  readonly #write: (bytes: Buffer) => Promise<void> | void;
  #pieces: Buffer[] = [];
  #gathered = 0;
  #position = 0;

  /** `write` takes what was gathered, all of it. */
  constructor(write: (bytes: Buffer) => Promise<void> | void) {
    this.#write = write;
  }

  /** How much was appended so far. */
  get position(): number {
    return this.#position;
  }

  async append(bytes: Buffer): Promise<void> {
    this.#pieces.push(bytes);
    this.#position += bytes.length;
    this.#gathered += bytes.length;
    if (this.#gathered >= enough) await this.flush();
  }

  async flush(): Promise<void> {
    const pieces = this.#pieces;
    [this.#pieces, this.#gathered] = [[], 0];
    if (pieces.length > 0) await this.#write(Buffer.concat(pieces));
  }
}
