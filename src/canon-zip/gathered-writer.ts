import type { FileHandle } from 'node:fs/promises';

/** How much is gathered before it is written, in bytes. */
const enough = 1 << 20;

/** Appends to a file, small pieces gathered into large writes. */
export class GatheredWriter {
  readonly #file: FileHandle;
  #pieces: Buffer[] = [];
  #gathered = 0;
  #position = 0;

  constructor(file: FileHandle) {
    this.#file = file;
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
    // appendFile writes until all is written, which a single write doesn't promise.
    if (pieces.length > 0)
      await this.#file.appendFile(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces));
  }
}
