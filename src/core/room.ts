/** Lets work begin while all that goes on fits into `size` together; what is larger than that goes on alone. */
export class Room {
  readonly #size: number;
  #taken = 0;
  readonly #waiting: { readonly amount: number; readonly begin: () => void }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Does `work`, which takes `amount`, when there is room for it, and after all who asked before. */
  async with<R>(amount: number, work: () => Promise<R>): Promise<R> {
    const taken = Math.min(amount, this.#size);
    if (this.#waiting.length === 0 && this.#fits(taken)) this.#taken += taken;
    else {
      await new Promise<void>((begin) => {
        this.#waiting.push({ amount: taken, begin });
      });
    }
    try {
      return await work();
    } finally {
      this.#taken -= taken;
      this.#admit();
    }
  }

  #fits(amount: number): boolean {
    return this.#taken + amount <= this.#size;
  }

  #admit(): void {
    for (
      let next = this.#waiting[0];
      next !== undefined && this.#fits(next.amount);
      next = this.#waiting[0]
    ) {
      this.#waiting.shift();
      this.#taken += next.amount;
      next.begin();
    }
  }
}
