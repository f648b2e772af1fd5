import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { until } from './until.js';

/** A terminal that a test types at; the process is `script`, which gives it to a program. */
export class TypedTerminal {
  readonly #script: ChildProcessByStdio<Writable, Readable, null>;
  readonly #closed: Promise<unknown[]>;
  /** Everything that was shown, with what terminals obey. */
  shown = '';

  constructor(script: ChildProcessByStdio<Writable, Readable, null>) {
    this.#script = script;
    this.#closed = once(script, 'close');
    script.stdout.setEncoding('utf8').on('data', (text: string) => (this.shown += text));
  }

  /** Waits until something has been shown, this many times. */
  async shows(text: string, times = 1): Promise<void> {
    await until(
      () => this.shown,
      (shown) => shown.split(text).length > times,
      60_000,
    );
  }

  /** Types it: `\x03` is Ctrl-C. */
  type(keys: string): void {
    this.#script.stdin.write(keys);
  }

  /** The exit code of the program, once it has ended. */
  async ended(): Promise<unknown> {
    const [exitCode] = await this.#closed;
    return exitCode;
  }
}
