/** The signals that end a run; each ends it with 128 + its number. */
export const interruptions = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** A signal of {@link interruptions}. */
export type Interruption = keyof typeof interruptions;

/** The reason with which a run's AbortSignal aborts when the user or the system ends it. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: Interruption;

  constructor(signal: Interruption) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }

  /** 129, 130 or 143. */
  get exitCode(): number {
    return 128 + interruptions[this.signal];
  }
}
