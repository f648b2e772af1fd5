import { catalogue } from './catalogue.js';
import type { ErrorEntry, FailureExit } from './define.js';

/** The closed union of everything that can go wrong in a way that the user can act on. */
export type ErrorCode = keyof typeof catalogue;

/** What the entry of `C` needs to know to be told. */
export type ErrorParams<C extends ErrorCode> = (typeof catalogue)[C] extends ErrorEntry<infer P> ? P : never;

/** What comes with a failure beside its words. */
export interface FailureDetails {
  readonly cause?: unknown;
  /** Path of the log that tells more, as the user would type it. */
  readonly log?: string;
  /** Shown under the sentence, each on a line of its own: the end of a log, a table of problems. */
  readonly lines?: readonly string[];
}

/** A failure the user can act on. Anything else that is thrown is a bug and keeps its stack. */
export class GitianError extends Error {
  override readonly name = 'GitianError';
  readonly code: ErrorCode;
  /** What the words were made of. */
  readonly params: unknown;
  readonly exitCode: FailureExit;
  readonly hint: string | undefined;
  readonly log: string | undefined;
  readonly lines: readonly string[];

  constructor(
    { code, params, exitCode }: Pick<GitianError, 'code' | 'params' | 'exitCode'>,
    words: { message: string; hint?: string | undefined },
    details: FailureDetails = {},
  ) {
    super(words.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.params = params;
    this.exitCode = exitCode;
    this.hint = words.hint;
    this.log = details.log;
    this.lines = details.lines ?? [];
  }

  /** The same failure with another hint. */
  withHint(hint: string): GitianError {
    const { message, log, lines } = this;
    const details = { cause: this, lines, ...(log === undefined ? {} : { log }) };
    return new GitianError(this, { message, hint }, details);
  }
}

/** Makes the failure `code` with the words of the catalogue; the caller throws it. */
export function failure<C extends ErrorCode>(
  code: C,
  params: ErrorParams<C>,
  details?: FailureDetails,
): GitianError {
  // The lookup loses the link between a code and its parameters, which the signature has just checked.
  const found = catalogue[code] as unknown as ErrorEntry<ErrorParams<C>>;
  return new GitianError(
    { code, params, exitCode: found.exit },
    { message: found.message(params), hint: found.hint?.(params) },
    details,
  );
}

/** True for a failure with this code and, where some are named, with these parameters. */
export function isFailure<C extends ErrorCode>(
  error: unknown,
  code: C,
  params: Partial<ErrorParams<C>> = {},
): error is GitianError {
  if (!(error instanceof GitianError) || error.code !== code) return false;
  const own = error.params as Readonly<Record<string, unknown>>;
  return Object.entries(params).every(([name, value]) => own[name] === value);
}
