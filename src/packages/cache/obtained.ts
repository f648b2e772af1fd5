import type { Entry } from './entry.js';

/** A file that the cache was asked for. */
export type Obtained =
  | {
      readonly kind: 'content';
      readonly entry: Entry;
      /** Where the content lies, whole a moment ago. */
      readonly path: string;
    }
  | { readonly kind: 'problem'; readonly problem: CacheProblem };

/** Why a file could not be had. */
export interface CacheProblem {
  readonly url: string;
  readonly kind: ProblemKind;
  /** Completes "…: ". */
  readonly reason: string;
  /** What HTTP calls it. */
  readonly status: number;
}

/**
 * `refused`: the archive's answer is no. `failed`: there is no answer, or none that can be used. `missing`: nobody may be
 * asked, and it isn't here. `forbidden`: the guest may not have it. `disk`: there is no room for it.
 */
export type ProblemKind = 'refused' | 'failed' | 'missing' | 'forbidden' | 'disk';
