import { sha256 } from '../../core/files/hashing.js';
import type { ReleaseReport } from '../compare-signers.js';
import { explain } from '../explain.js';
import { hasFailed, type SignerOutcome } from '../outcome.js';
import type { PolicyResult } from '../policy.js';

/** A report as data, in the form that `share/schema/gverify.schema.json` describes. Times are ISO 8601. */
export function releaseJson(report: ReleaseReport, policy: PolicyResult | undefined, holds: boolean): object {
  const { subject, groups, reference, problem } = report;
  return {
    release: subject.release,
    package: subject.name,
    holds,
    problem: problem ?? null,
    signers: report.outcomes.map(signerJson),
    groups: groups.map((group) => ({
      outputs: group.outputs,
      reference: group === reference,
      keys: group.keys,
      weight: group.weight,
      signers: group.voices.map(({ signer }) => signer),
    })),
    mismatches: explain(report).map(({ signers, outputs, claim, clues }) => ({
      signers,
      claim: claim ?? null,
      outputs: outputs ?? null,
      clues,
    })),
    policy: policy ?? null,
  };
}

function signerJson(outcome: SignerOutcome): object {
  const { checked, word, reasons } = outcome;
  const { verdict, content } = checked;
  const facts = 'algorithm' in verdict ? verdict : undefined;
  const key = 'key' in verdict ? verdict.key : undefined;
  return {
    signer: checked.signer,
    outcome: word,
    failed: hasFailed(outcome),
    verdict: verdict.kind,
    reasons,
    signature:
      facts === undefined
        ? null
        : {
            key: key?.fingerprint ?? facts.keyId ?? null,
            primaryKey: key?.primaryFingerprint ?? null,
            user: key?.userId ?? ('userId' in facts ? facts.userId : undefined) ?? null,
            signed: isoTime(facts.signed),
            algorithm: facts.algorithm,
            hash: facts.hash,
            version: facts.version,
            class: facts.class,
            weak: 'weak' in facts ? facts.weak : [],
          },
    assertionSha256: content?.kind === 'assertion' ? sha256(content.bytes) : null,
  };
}

function isoTime(seconds: number | undefined): string | null {
  const milliseconds = (seconds ?? Number.NaN) * 1000;
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : null;
}
