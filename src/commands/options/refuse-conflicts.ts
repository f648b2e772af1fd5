import { failure } from '../../core/errors/gitian-error.js';

/** Whether an option is given that doesn't go with another, or with something else, and why it doesn't. */
export type Conflict = readonly [given: boolean, one: string, other: string, reason: string];

/** Throws `options-conflict` for the first that is given. */
export function refuseConflicts(conflicts: readonly Conflict[]): void {
  for (const [given, one, other, reason] of conflicts) {
    if (given) throw failure('options-conflict', { one, other, reason });
  }
}
