import { run } from '../../core/processes/process.js';

/** How GnuPG is called. */
export interface GnupgOptions {
  /** `gpg`, and options that go before all others. */
  readonly words: readonly [string, ...string[]];
  readonly signal: AbortSignal;
}

/** What GnuPG said. */
export interface GpgAnswer {
  readonly stdout: string;
  readonly stderr: string;
}

/** GnuPG, as it is called by a program: it asks nobody, and reaches no network. */
export class Gpg {
  readonly #options: GnupgOptions;

  constructor(options: GnupgOptions) {
    this.#options = options;
  }

  /** Runs it; its exit code says less than its answer. */
  run(args: readonly string[], stdin?: Uint8Array): Promise<GpgAnswer> {
    const [program, ...words] = this.#options.words;
    return run({
      program,
      args: [...words, ...quiet, ...args],
      ...(stdin === undefined ? {} : { stdin }),
      check: false,
      signal: this.#options.signal,
    });
  }
}

/** Nor does it look at who certified whom: signers are known by fingerprint. */
const quiet = [
  '--batch',
  '--no-tty',
  '--no-auto-key-retrieve',
  '--disable-dirmngr',
  '--no-auto-check-trustdb',
  '--trust-model',
  'always',
];
