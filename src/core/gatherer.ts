/** Gathers what is asked at about the same time, so that it can be answered together. */
export class Gatherer<T, R> {
  readonly #answer: (items: readonly T[]) => Promise<readonly R[]>;
  #waiting: Asked<T, R>[] = [];

  /** `answer` gives a result for each item, in their order. */
  constructor(answer: (items: readonly T[]) => Promise<readonly R[]>) {
    this.#answer = answer;
  }

  /** The answer to one item, asked together with all that are asked before the event loop goes on. */
  ask(item: T): Promise<R> {
    if (this.#waiting.length === 0) setImmediate(this.#flush);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
    });
  }

  readonly #flush = (): void => {
    const asked = this.#waiting;
    this.#waiting = [];
    void this.#answer(asked.map(({ item }) => item)).then(
      (answers) => {
        for (const [index, answer] of answers.entries()) asked[index]?.resolve(answer);
      },
      (error: unknown) => {
        for (const { reject } of asked) reject(error);
      },
    );
  };
}

interface Asked<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}
