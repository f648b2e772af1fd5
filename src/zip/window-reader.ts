import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';

/** How much is read at once, in bytes: where one read follows the other, and where it jumps. */
const [aheadSize, jumpSize] = [256 * 1024, 4 * 1024];

/** Reads an open file at any place, through a window, for the many small reads of a directory. */
export class WindowReader extends RandomAccessReader {
  readonly #file: FileHandle;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(file: FileHandle) {
    super();
    this.#file = file;
  }

  /** The `length` bytes at `position`; fewer where the file ends before. */
  async bytes(position: number, length: number): Promise<Buffer> {
    const begin = position - this.#start;
    if (begin < 0 || begin + length > this.#window.length) await this.#move(position, length);
    return this.#window.subarray(position - this.#start, position - this.#start + length);
  }

  // eslint-disable-next-line max-params -- yauzl calls it so
  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.bytes(position, length).then(
      (bytes) => {
        bytes.copy(buffer, offset);
        callback(bytes.length < length ? new Error('it ends before its end') : null);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }

  /** Data is read past this class, by `readMember`. */
  override _readStreamForRange(): Readable {
    throw new TypeError('data is not read through the directory reader');
  }

  /** The file is its opener's to close. */
  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }

  async #move(position: number, length: number): Promise<void> {
    const distance = position - this.#start;
    const follows = distance >= 0 && distance <= this.#window.length + aheadSize;
    const window = Buffer.allocUnsafe(Math.max(length, follows ? aheadSize : jumpSize));
    const { bytesRead } = await this.#file.read(window, 0, window.length, position);
    this.#window = window.subarray(0, bytesRead);
    this.#start = position;
  }
}
