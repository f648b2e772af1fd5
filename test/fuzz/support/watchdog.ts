import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** How long one case may keep this process busy before it counts as endless, in milliseconds. */
const patience = 120_000;

/**
 * Ends this process when a case never ends: nobody else could, since a parser that goes round and round lets nothing else
 * run. The case lies in a file then, whose name is printed.
 */
export class Watchdog implements AsyncDisposable {
  readonly #state = new SharedArrayBuffer(8);
  readonly #case = new SharedArrayBuffer(512 * 1024);
  readonly #view = new Int32Array(this.#state);
  readonly #worker: Worker;

  constructor(name: string) {
    const file = join(tmpdir(), `fuzz-endless-${String(process.pid)}`);
    this.#worker = new Worker(source, {
      eval: true,
      workerData: { state: this.#state, bytes: this.#case, patience, name, file, pid: process.pid },
    });
    this.#worker.unref();
  }

  /** A case begins. */
  begin(bytes: Uint8Array): void {
    new Uint8Array(this.#case).set(bytes.subarray(0, this.#case.byteLength));
    Atomics.store(this.#view, 1, bytes.length);
    this.#tick();
  }

  /** It has ended. */
  end(): void {
    Atomics.store(this.#view, 1, -1);
    this.#tick();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    await this.#worker.terminate();
  }

  #tick(): void {
    Atomics.add(this.#view, 0, 1);
    Atomics.notify(this.#view, 0);
  }
}

const source = `
  const { workerData: { state, bytes, patience, name, file, pid } } = require('node:worker_threads');
  const { writeFileSync, writeSync } = require('node:fs');
  const view = new Int32Array(state);
  for (;;) {
    const seen = Atomics.load(view, 0);
    const length = Atomics.load(view, 1);
    if (Atomics.wait(view, 0, seen, patience) !== 'timed-out' || length < 0) continue;
    writeFileSync(file, new Uint8Array(bytes).slice(0, length));
    writeSync(2, 'fuzz: "' + name + '" does not end with ' + file + '\\n');
    process.kill(pid, 'SIGKILL');
  }
`;
