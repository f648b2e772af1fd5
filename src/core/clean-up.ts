import type { Emit } from './events.js';
import { systemWords } from './words/system-words.js';

/** Releases something; must be safe to call once, and must not hang. */
export type Release = () => PromiseLike<void> | void;

/**
 * What has to be undone when the run leaves a scope, in reverse order of acquisition.
 *
 * Every release is run, also after one of them failed. A failure while cleaning up is reported as a warning and never
 * thrown, so that the caller sees the failure of the scope's own work.
 */
export class CleanUp implements AsyncDisposable {
  readonly #releases: { readonly what: string; readonly release: Release }[] = [];
  readonly #emit: Emit;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  /** `what` completes the sentence "could not …": "remove the staging folder". */
  add(what: string, release: Release): void {
    this.#releases.push({ what, release });
  }

  /** Takes over something disposable. */
  use<T extends AsyncDisposable>(what: string, value: T): T {
    this.add(what, () => value[Symbol.asyncDispose]());
    return value;
  }

  /** What was acquired stays: nothing is released any more. */
  commit(): void {
    this.#releases.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let next = this.#releases.pop(); next !== undefined; next = this.#releases.pop()) {
      try {
        await next.release();
      } catch (error) {
        this.#emit({ kind: 'warning', text: `could not ${next.what}: ${systemWords(error)}` });
      }
    }
  }
}
