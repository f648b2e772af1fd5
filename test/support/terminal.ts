import { PassThrough, Writable } from 'node:stream';
import type { Io } from '../../src/cli/io.js';

/** A stream that keeps what is written to it. */
export class Recorder extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

/** A terminal with just what a moving line needs: lines, a cursor, and whether that is to be seen. */
export class Terminal extends Writable {
  readonly isTTY = true;
  readonly columns = 80;
  /** Everything that was shown at some time, without colours. */
  shown = '';
  cursorVisible = true;
  #lines = [''];
  #row = 0;
  #column = 0;

  /** What is to be seen now. */
  get screen(): string {
    return this.#lines.map((line) => line.trimEnd()).join('\n');
  }

  cursorTo(column: number): boolean {
    this.#column = column;
    return true;
  }

  moveCursor(columns: number, rows: number): boolean {
    this.#column += columns;
    this.#row += rows;
    return true;
  }

  clearLine(): boolean {
    this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column);
    return true;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const text = chunk.toString('utf8');
    if (text.includes('\u001b[?25l')) this.cursorVisible = false;
    if (text.includes('\u001b[?25h')) this.cursorVisible = true;
    // eslint-disable-next-line no-control-regex -- colours and modes take no room
    const plain = text.replace(/\u001b\[\??[0-9;]*[a-z]/g, '');
    this.shown += plain;
    for (const character of plain) this.#put(character);
    done();
  }

  #put(character: string): void {
    if (character === '\n') {
      this.#row += 1;
      this.#column = 0;
      this.#lines[this.#row] ??= '';
      return;
    }
    const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }
}

/** An io whose words go to `stderr`. */
export function testIo(stderr: Recorder | Terminal): Io & { readonly stdout: Recorder } {
  return {
    stdin: new PassThrough(),
    stdout: new Recorder(),
    // Only what this project's words use of a terminal is there.
    stderr: stderr as unknown as NodeJS.WriteStream,
    lively: stderr instanceof Terminal,
  };
}
