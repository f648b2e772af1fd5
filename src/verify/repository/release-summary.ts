import { hasFailed, type OutcomeWord } from '../outcome.js';
import { releaseJson } from '../shown/render-json.js';
import type { Settled } from '../settle.js';

/** A verified release as plain data without the assertions: small enough to keep thousands of, and to pass between threads. */
export interface ReleaseSummary {
  /** The release as the user knows it: its name, or its path below a repository. */
  readonly shown: string;
  readonly name: string;
  readonly holds: boolean;
  readonly signers: readonly SignerSummary[];
  /** How many keys stand behind each thing that was built. */
  readonly groups: readonly number[];
  /** What is wrong with the release itself, and why a policy doesn't hold. */
  readonly problems: readonly string[];
  /** As `share/schema/gverify.schema.json` describes it; only where that was asked for. */
  readonly json: object | undefined;
}

/** One signer's line. */
export interface SignerSummary {
  readonly signer: string;
  readonly word: OutcomeWord;
  readonly failed: boolean;
  readonly reasons: readonly string[];
  /** Whether the signature is good, whatever it is under. */
  readonly good: boolean;
  /** The key that is not at hand, where that is what is wrong. */
  readonly unknownKey: string | undefined;
  /** Index into the groups. */
  readonly group: number | undefined;
}

/** What is left of a verified release when its assertions are let go. */
export function summarize(shown: string, settled: Settled, withJson: boolean): ReleaseSummary {
  const { report, policy, holds } = settled;
  const signers = report.outcomes.map((outcome) => {
    const { checked, word, reasons } = outcome;
    const group = report.groups.findIndex(({ voices }) =>
      voices.some(({ signer }) => signer === checked.signer),
    );
    return {
      signer: checked.signer,
      word,
      failed: hasFailed(outcome),
      reasons,
      good: checked.content !== undefined,
      unknownKey: checked.verdict.kind === 'key-unknown' ? checked.verdict.keyId : undefined,
      group: group === -1 ? undefined : group,
    };
  });
  return {
    shown,
    name: report.subject.name,
    holds,
    signers,
    groups: report.groups.map(({ keys }) => keys),
    problems: [...(report.problem === undefined ? [] : [report.problem]), ...(policy?.problems ?? [])],
    json: withJson ? { path: shown, ...releaseJson(report, policy, holds) } : undefined,
  };
}
