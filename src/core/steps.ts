import { firstFailure } from './errors/first-failure.js';
import { Interrupted } from './errors/interrupted.js';
import type { Emit } from './events.js';

/** When one step ran, and how it ended. */
export interface StepTime {
  readonly title: string;
  /** What it belonged to, where the steps have sections: a configuration such as `bookworm-amd64`. */
  readonly section: string | undefined;
  /** By the stopwatch, which begins with this process. */
  readonly begun: number;
  readonly milliseconds: number;
  readonly outcome: 'done' | 'failed' | 'interrupted';
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
  #section: string | undefined;

  constructor(emit: Emit, now: Stopwatch = () => performance.now()) {
    this.#emit = emit;
    this.#now = now;
  }

  /** The times so far, in the order of the steps' ends. */
  get times(): readonly StepTime[] {
    return this.#times;
  }

  /** What the stopwatch shows. */
  get elapsed(): number {
    return this.#now();
  }

  /** The steps that follow belong to `section`, or to none. */
  begin(section: string | undefined): void {
    this.#section = section;
  }

  /** Runs `work` as the step `title`; what it throws goes on to the caller. `log` is shown with the title. */
  async run<T>(title: string, work: (progress: Progress) => Promise<T>, log?: string): Promise<T> {
    const id = this.#count++;
    const begun = this.#now();
    this.#emit({ kind: 'step-started', id, title, ...(log === undefined ? {} : { log }) });
    let outcome: StepTime['outcome'] = 'failed';
    try {
      const value = await work((text) => {
        this.#emit({ kind: 'step-progress', id, text });
      });
      outcome = 'done';
      return value;
    } catch (error) {
      if (firstFailure(error) instanceof Interrupted) outcome = 'interrupted';
      throw error;
    } finally {
      const milliseconds = this.#now() - begun;
      this.#times.push({ title, section: this.#section, begun, milliseconds, outcome });
      this.#emit({ kind: 'step-ended', id, title, milliseconds, outcome });
    }
  }
}
