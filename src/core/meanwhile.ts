/**
 * Work that goes on beside other work. Whoever needs what comes of it waits for `result`; leaving the scope ends it and
 * waits until it is over.
 */
export class Meanwhile<T> implements AsyncDisposable {
  readonly result: Promise<T>;
  readonly #ending = new AbortController();

  /** `work` is given a signal that ends it, as `signal` does. */
  constructor(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) {
    this.result = work(AbortSignal.any([signal, this.#ending.signal]));
    // Who waits for it hears of its failure; if nobody does, the failure of something else is under way.
    this.result.catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new Error('nobody waits for it any more'));
    await Promise.allSettled([this.result]);
  }
}
