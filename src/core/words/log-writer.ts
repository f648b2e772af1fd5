import { createWriteStream, type WriteStream } from 'node:fs';
import { Writable } from 'node:stream';
import { openToWrite } from '../files/write-over.js';

type Done = (error?: Error | null) => void;

/** How much of the end of a log is kept in memory, in bytes. */
const tailLimit = 64 * 1024;

/** How much a log may hold, in bytes. */
const fileLimit = 1 << 30;

/** What stands at the end of a log that was cut. */
const cutLine = '\n(the log ends here: it holds no more)\n';

/** How a log is kept. */
export interface LogOptions {
  /** Gets all that is written to the file. */
  readonly passOn?: ((bytes: Uint8Array) => void) | undefined;
  /** How many bytes the file may have; 1 GiB by default. */
  readonly limit?: number;
}

/**
 * A log file that remembers its last lines and may pass on what is written to it. It is bounded, because those who write
 * to it may be hostile: what goes beyond is remembered and nothing else.
 *
 * When the file can't be written any more, the programs that write to the log go on, what they say is remembered and
 * passed on as before, and disposing throws the reason.
 */
export class LogWriter extends Writable implements AsyncDisposable {
  #whenBroken: (reason: Error) => void = () => undefined;
  readonly path: string;
  /** Resolves with the reason when the file can't be written any more. */
  readonly broken = new Promise<Error>((resolve) => (this.#whenBroken = resolve));
  readonly #file: WriteStream;
  readonly #passOn: ((bytes: Uint8Array) => void) | undefined;
  /** Twice as large as what is kept, so that it is moved seldom. */
  readonly #tail = Buffer.alloc(2 * tailLimit);
  #tailLength = 0;
  #broken: Error | undefined;
  #room: number;
  #wasCut = false;

  private constructor(path: string, file: WriteStream, { passOn, limit = fileLimit }: LogOptions) {
    super();
    this.path = path;
    this.#file = file;
    this.#passOn = passOn;
    this.#room = limit;
  }

  /** Opens `path`, emptied, as {@link openToWrite} does. */
  static async create(path: string, options: LogOptions = {}): Promise<LogWriter> {
    const file = createWriteStream(path, { fd: openToWrite(path, { manner: 'anew', mode: 0o644 }) });
    const log = new LogWriter(path, file, options);
    // What goes wrong comes with the write that it happens to.
    file.on('error', () => undefined);
    return Promise.resolve(log);
  }

  /** Whether more was written than the file may hold. */
  get wasCut(): boolean {
    return this.#wasCut;
  }

  /** The last `count` lines that were written, without their line ends. */
  lastLines(count: number): string[] {
    const kept = this.#tail.subarray(Math.max(0, this.#tailLength - tailLimit), this.#tailLength);
    const text = kept.toString('utf8').replace(/\n$/, '');
    return text === '' ? [] : text.split('\n').slice(-count);
  }

  /** Remembers at once what the file may get later. */
  override write(chunk: string | Uint8Array, encodingOrDone?: BufferEncoding | Done, done?: Done): boolean {
    const encoding = typeof encodingOrDone === 'string' ? encodingOrDone : 'utf8';
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk);
    this.#remember(bytes.subarray(-tailLimit));
    const kept = this.#fitting(bytes);
    this.#passOn?.(kept);
    return super.write(kept, typeof encodingOrDone === 'function' ? encodingOrDone : done);
  }

  #remember(bytes: Buffer): void {
    if (this.#tailLength + bytes.length > this.#tail.length) {
      this.#tail.copyWithin(0, this.#tailLength - tailLimit, this.#tailLength);
      this.#tailLength = tailLimit;
    }
    this.#tailLength += bytes.copy(this.#tail, this.#tailLength);
  }

  /** What of it the file takes, and the closing line once there is no more room. */
  #fitting(bytes: Buffer): Buffer {
    const fitting = bytes.subarray(0, this.#room);
    this.#room -= fitting.length;
    if (fitting.length === bytes.length || this.#wasCut) return fitting;
    this.#wasCut = true;
    return Buffer.concat([fitting, Buffer.from(cutLine)]);
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
      if (error instanceof Error) {
        this.#broken ??= Object.assign(error, { path: this.path });
        this.#whenBroken(this.#broken);
      }
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
