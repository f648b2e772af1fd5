/** Exit code of a failure: 1 it ran and the answer is no; 2 nothing was attempted. */
export type FailureExit = 1 | 2;

/** How one failure is told: one sentence with the value in quotes, and a hint with something to type. */
export interface ErrorEntry<P> {
  readonly exit: FailureExit;
  readonly message: (params: P) => string;
  readonly hint?: (params: P) => string | undefined;
}

// Each entry has its own parameters; `never` is the one type all of their functions accept.
type AnyErrorEntry = ErrorEntry<never>;

/** Declares one room of the catalogue; keys are the error codes. */
export function defineErrors<T extends Record<string, AnyErrorEntry>>(entries: T): T {
  return entries;
}

/** Declares one entry, so that its parameters are checked where it is thrown. */
export function entry<P>(
  exit: FailureExit,
  message: (params: P) => string,
  hint?: (params: P) => string | undefined,
): ErrorEntry<P> {
  return hint === undefined ? { exit, message } : { exit, message, hint };
}
