import type { ReleaseReport } from './compare-signers.js';

/** What has to hold of the signers who agree. */
export interface Policy {
  /** How many distinct keys, or how much weight. */
  readonly threshold: number | undefined;
  /** Signers who must be among them. */
  readonly required: readonly string[];
}

/** Whether a policy holds, and if not, why. */
export interface PolicyResult {
  readonly holds: boolean;
  /** What the group that was compared with weighs. */
  readonly weight: number;
  readonly problems: readonly string[];
}

/** Judges the group that the others are compared with; pure. */
export function judgePolicy(report: ReleaseReport, policy: Policy): PolicyResult {
  const { reference, groups, outcomes } = report;
  const weight = reference?.weight ?? 0;
  const problems: string[] = [];
  const { threshold, required } = policy;
  if (threshold !== undefined && weight < threshold) {
    const heavy = weight === (reference?.keys ?? 0) ? '' : ', by weight,';
    problems.push(`${String(weight)} of ${String(threshold)} needed${heavy} have signed the same`);
  }
  for (const signer of required) {
    if (reference?.voices.some((voice) => voice.signer === signer) !== true) {
      const isHere = outcomes.some(({ checked }) => checked.signer === signer);
      problems.push(
        isHere
          ? `"${signer}" is required and not among them`
          : `there is no signer "${signer}" in this release`,
      );
    }
  }
  const rival = groups.find((group) => group !== reference && isEnough(group.weight, threshold));
  if (rival !== undefined) {
    problems.push(
      `as many as are needed have signed something else: ${rival.voices.map(({ signer }) => signer).join(', ')}`,
    );
  }
  return { holds: problems.length === 0, weight, problems };
}

function isEnough(weight: number, threshold: number | undefined): boolean {
  return threshold !== undefined && weight >= threshold;
}
