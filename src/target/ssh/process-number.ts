import { Transform, type TransformCallback } from 'node:stream';
import { deferred } from '../deferred.js';

/** A shell line that tells its own process number as the first line of stderr, and then becomes `line`. */
export function tellingNumber(line: string): string {
  return `echo $$ >&2; exec ${line}`;
}

/** Takes the process number that {@link tellingNumber} tells out of a command's stderr, and passes on the rest. */
export class ProcessNumber extends Transform {
  readonly #told = deferred<number | undefined>();
  #begin: Buffer | undefined = Buffer.alloc(0);

  /** Resolves with the number when it was told, or with undefined when it wasn't. */
  get told(): Promise<number | undefined> {
    return this.#told.promise;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#begin === undefined) {
      done(null, chunk);
      return;
    }
    const begin = Buffer.concat([this.#begin, chunk]);
    const end = begin.indexOf('\n');
    if (end < 0 && begin.length < mostDigits) {
      this.#begin = begin;
      done();
      return;
    }
    this.#begin = undefined;
    const first = begin.subarray(0, Math.max(end, 0)).toString('latin1');
    const isNumber = /^\d+$/.test(first);
    this.#told.resolve(isNumber ? Number(first) : undefined);
    done(null, isNumber ? begin.subarray(end + 1) : begin);
  }

  override _flush(done: TransformCallback): void {
    this.#told.resolve(undefined);
    done(null, this.#begin);
  }
}

const mostDigits = 20;
