import { utc } from '../../openpgp/verdict-words.js';
import { bySize } from '../agreement.js';
import type { ReleaseReport } from '../compare-signers.js';
import { hasFailed, type SignerOutcome } from '../outcome.js';
import { differingLines } from '../outputs.js';
import type { Policy } from '../policy.js';
import type { Settled } from '../settle.js';

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

/** What the exit code says, in words, and why. */
export function verdict({ report, policy: result, holds }: Settled, policy: Policy): string {
  if (!holds) return `not verified: ${[...(result?.problems ?? []), summary(report)].join('; ')}`;
  return `verified: ${[summary(report), ...fulfilled(report, policy, result?.weight)].join('; ')}`;
}

/** What was asked for, and is so. */
function fulfilled(
  { reference }: ReleaseReport,
  { threshold, required }: Policy,
  weight: number | undefined,
): readonly string[] {
  const heavy = weight === reference?.keys ? '' : `they weigh ${String(weight)}, and `;
  const among = required.map((signer) => JSON.stringify(signer)).join(', ');
  return [
    ...(threshold === undefined
      ? []
      : [`${heavy}${String(threshold)} ${threshold === 1 ? 'is' : 'are'} needed`]),
    ...(required.length === 0 ? [] : [`${among} ${required.length === 1 ? 'is' : 'are'} among them`]),
  ];
}

/** One sentence on all of it. */
function summary(report: ReleaseReport): string {
  const { outcomes, groups, reference } = report;
  const failures = outcomes.filter(hasFailed);
  if (reference === undefined) {
    return outcomes.length === 0 ? 'nobody has signed this release' : 'nobody has a good signature here';
  }
  const signers = (count: number): string => `${String(count)} ${count === 1 ? 'signer' : 'signers'}`;
  const { voices } = reference;
  const keys = voices.some(({ verdict: { key } }) => key.primaryFingerprint !== undefined)
    ? ` with ${String(reference.keys)} ${reference.keys === 1 ? 'key' : 'keys'}`
    : ' whose keys are not known';
  const agreed = `${signers(voices.length)}${keys} ${voices.length === 1 ? 'agrees' : 'agree'}`;
  const sizes = groups.filter((group) => group !== reference).map((group) => bySize(group, reference));
  const rivals = sizes.some((size) => size < 0) ? 'more' : sizes.includes(0) ? 'as many' : undefined;
  const failed =
    failures.length === 0 ? '' : `; ${String(failures.length)} of ${signers(outcomes.length)} failed`;
  return `${agreed}${failed}${rivals === undefined ? '' : `; ${rivals} signed something else`}`;
}
