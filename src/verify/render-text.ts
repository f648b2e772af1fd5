import { utc } from '../openpgp/verdict-words.js';
import type { ReleaseReport } from './compare-signers.js';
import { isFailure, type SignerOutcome } from './outcome.js';
import { differingLines } from './outputs.js';

/** How the lines are written. */
export interface TextOptions {
  readonly verbose: boolean;
  /** Bold verdicts, for terminals. */
  readonly markup: boolean;
  /** Makes names and words from outside safe to show. */
  readonly safe: (text: string) => string;
}

/** The lines of a report: `<signer>: <word>` and reasons in brackets, and with `verbose` what is behind each. */
export function renderText(report: ReleaseReport, options: TextOptions): string {
  return report.outcomes.map((outcome) => renderOutcome(outcome, report, options)).join('');
}

function renderOutcome(outcome: SignerOutcome, report: ReleaseReport, options: TextOptions): string {
  const { safe } = options;
  const verdict = safe(`${outcome.checked.signer}: ${outcome.word}`);
  const reasons = outcome.reasons.length === 0 ? '' : safe(` (${outcome.reasons.join('; ')})`);
  const lines = [`${options.markup ? `\u001b[1m${verdict}\u001b[0m` : verdict}${reasons}`];
  if (options.verbose) lines.push(...[...details(outcome), ...differences(outcome, report)].map(safe));
  return `${lines.join('\n')}\n${options.verbose ? '\n' : ''}`;
}

/** Key, user, time and algorithm of a signature. */
function details({ checked: { verdict } }: SignerOutcome): readonly string[] {
  if (!('algorithm' in verdict)) return [];
  const key = 'key' in verdict ? verdict.key : undefined;
  const made = [utc(verdict.signed), `${verdict.algorithm} ${verdict.hash}`].filter(
    (part) => part !== undefined,
  );
  const userId = key?.userId ?? ('userId' in verdict ? verdict.userId : undefined);
  const primary = key?.primaryFingerprint;
  return [
    `  signed ${made.join(', ')}${verdict.version === 4 ? '' : `, version ${String(verdict.version)}`}`,
    `  key ${key?.fingerprint ?? verdict.keyId ?? 'unknown'}`,
    ...(primary === undefined || primary === key?.fingerprint ? [] : [`  of ${primary}`]),
    ...(userId === undefined ? [] : [`  user ${userId}`]),
  ];
}

/** The differing lines of a mismatch, as the original shows them. */
function differences({ word, checked }: SignerOutcome, { reference }: ReleaseReport): readonly string[] {
  if (word !== 'MISMATCH' || reference === undefined || checked.content?.kind !== 'assertion') return [];
  return differingLines(reference.voices[0].assertion, checked.content.assertion);
}

/** One sentence on all of it. */
export function summary(report: ReleaseReport): string {
  const { outcomes, groups, reference } = report;
  const failures = outcomes.filter(isFailure);
  if (reference === undefined) {
    return outcomes.length === 0 ? 'nobody has signed this release' : 'nobody has a good signature here';
  }
  const signers = (count: number): string => `${String(count)} ${count === 1 ? 'signer' : 'signers'}`;
  const agreed = `${signers(reference.voices.length)} with ${String(reference.keys)} ${reference.keys === 1 ? 'key' : 'keys'} agree`;
  const tie = groups.some((group) => group !== reference && group.keys >= reference.keys);
  const failed =
    failures.length === 0 ? '' : `; ${String(failures.length)} of ${signers(outcomes.length)} failed`;
  return `${agreed}${failed}${tie ? '; as many signed something else' : ''}`;
}
