import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { Writable } from 'node:stream';

type Done = (error?: Error | null) => void;

/** How much of the end of a log is kept in memory, in bytes. */
const tailLimit = 64 * 1024;

/**
 * A log file that remembers its last lines and may pass on what is written to it.
 *
 * When the file can't be written any more, the programs that write to the log go on, what they say is remembered and
 * passed on as before, and disposing throws the reason.
 */
export class LogWriter extends Writable implements AsyncDisposable {
  readonly path: string;
  readonly #file: WriteStream;
  readonly #passOn: ((bytes: Uint8Array) => void) | undefined;
  #tail = Buffer.alloc(0);
  #broken: Error | undefined;

  private constructor(path: string, file: WriteStream, passOn: ((bytes: Uint8Array) => void) | undefined) {
    super();
    this.path = path;
    this.#file = file;
    this.#passOn = passOn;
  }

  /** Opens `path`, emptied. */
  static async create(path: string, passOn?: (bytes: Uint8Array) => void): Promise<LogWriter> {
    const file = createWriteStream(path, { flags: 'w', mode: 0o644 });
    await once(file, 'open');
    const log = new LogWriter(path, file, passOn);
    // What goes wrong comes with the write that it happens to.
    file.on('error', () => undefined);
    return log;
  }

  /** The last `count` lines that were written, without their line ends. */
  lastLines(count: number): string[] {
    const text = this.#tail.toString('utf8').replace(/\n$/, '');
    return text === '' ? [] : text.split('\n').slice(-count);
  }

  /** Remembers at once what the file may get later. */
  override write(chunk: string | Uint8Array, encodingOrDone?: BufferEncoding | Done, done?: Done): boolean {
    const encoding = typeof encodingOrDone === 'string' ? encodingOrDone : 'utf8';
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk);
    const tail = Buffer.concat([this.#tail, bytes]);
    this.#tail = tail.length > tailLimit ? tail.subarray(tail.length - tailLimit) : tail;
    this.#passOn?.(bytes);
    return super.write(bytes, typeof encodingOrDone === 'function' ? encodingOrDone : done);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (this.#broken === undefined) this.#file.write(chunk, this.#whenWritten(done));
    else done();
  }

  override _final(done: Done): void {
    if (this.#broken === undefined) this.#file.end(this.#whenWritten(done));
    else done();
  }

  /** A file that can't be written ends nothing now: whoever writes would hang or die of it. */
  #whenWritten(done: Done): Done {
    return (error) => {
      if (error instanceof Error) this.#broken ??= Object.assign(error, { path: this.path });
      done();
    };
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#file.destroy();
    done(error);
  }

  /** Writes one line of the tool's own. */
  note(text: string): void {
    this.write(`${text}\n`);
  }

  /** Closes the file once everything is in it; throws if something isn't. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.destroyed) {
      await new Promise<void>((resolve) => {
        this.once('close', resolve);
        this.end();
      });
    }
    if (this.#broken !== undefined) throw this.#broken;
  }
}
