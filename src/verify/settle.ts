import type { ReleaseReport } from './compare-signers.js';
import { hasFailed } from './outcome.js';
import { judgePolicy, type Policy, type PolicyResult } from './policy.js';

/** A report, and whether it is good enough. */
export interface Settled {
  readonly report: ReleaseReport;
  readonly policy: PolicyResult | undefined;
  /** What the exit code says. */
  readonly holds: boolean;
}

/**
 * Decides whether a release is verified. Without a policy every signer's line has to be good, as in the original, and
 * somebody must have signed; with one it alone decides, since k of n means that the others may fail.
 */
export function settle(report: ReleaseReport, policy: Policy): Settled {
  if (policy.threshold === undefined && policy.required.length === 0) {
    const holds = report.reference !== undefined && !report.outcomes.some(hasFailed);
    return { report, policy: undefined, holds };
  }
  const result = judgePolicy(report, policy);
  return { report, policy: result, holds: result.holds };
}
