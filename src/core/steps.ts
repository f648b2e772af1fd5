import type { Emit } from './events.js';

/** How long one step took, in the order of their ends. */
export interface StepTime {
  readonly title: string;
  readonly milliseconds: number;
}

/** Lets a step say what it is doing. */
export type Progress = (text: string) => void;

/** Milliseconds of a clock that never goes back. */
export type Stopwatch = () => number;

/** Runs named steps one after another, emits their beginnings and ends, and remembers their times. */
export class Steps {
  readonly #emit: Emit;
  readonly #now: Stopwatch;
  readonly #times: StepTime[] = [];
  #count = 0;

  constructor(emit: Emit, now: Stopwatch = () => performance.now()) {
    this.#emit = emit;
    this.#now = now;
  }

  get times(): readonly StepTime[] {
    return this.#times;
  }

  /** Runs `work` as the step `title`; what it throws goes on to the caller. `log` is shown with the title. */
  async run<T>(title: string, work: (progress: Progress) => Promise<T>, log?: string): Promise<T> {
    const id = this.#count++;
    const begun = this.#now();
    this.#emit({ kind: 'step-started', id, title, ...(log === undefined ? {} : { log }) });
    let outcome: 'done' | 'failed' = 'failed';
    try {
      const value = await work((text) => {
        this.#emit({ kind: 'step-progress', id, text });
      });
      outcome = 'done';
      return value;
    } finally {
      const milliseconds = this.#now() - begun;
      this.#times.push({ title, milliseconds });
      this.#emit({ kind: 'step-ended', id, title, milliseconds, outcome });
    }
  }
}
