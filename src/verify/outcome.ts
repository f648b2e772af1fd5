import { isGood } from '../openpgp/verdict.js';
import { claimProblem, type Group, type Subject } from './agreement.js';
import type { CheckedSigner } from './check-signer.js';
import { compareOutputs, outputsKey, type OutputDifferences } from './outputs.js';
import { signerReason } from './signer-verdict.js';

/** What comes after `<signer>: `. The original's words are among them and mean what they meant. */
export type OutcomeWord =
  | 'OK'
  | 'MISMATCH'
  | 'NOT COMPARED'
  | 'BAD SIGNATURE'
  | 'WRONG KEY'
  | 'EXPIRED KEY'
  | 'REVOKED KEY'
  | 'WEAK SIGNATURE'
  | 'MISSING SIGNATURE'
  | 'MISSING RESULT'
  | 'UNREADABLE';

/** One signer's line, and what is behind it. */
export interface SignerOutcome {
  readonly checked: CheckedSigner;
  readonly word: OutcomeWord;
  /** What follows the word, in a few words each. */
  readonly reasons: readonly string[];
  /** Against the group that is compared with; only for MISMATCH. */
  readonly differences: OutputDifferences | undefined;
}

/** What outcomes are decided against. */
export interface OutcomeContext {
  readonly subject: Subject;
  /** The group that is compared with; undefined where nobody has a good signature, or the one to compare with hasn't. */
  readonly reference: Group | undefined;
  /** Whether weak signatures fail. */
  readonly strict: boolean;
  /** Signers whose key was seen in an earlier folder already, with that folder. */
  readonly sameKeyAs: ReadonlyMap<string, string>;
}

/** Decides one signer's line. */
export function outcomeOf(checked: CheckedSigner, context: OutcomeContext): SignerOutcome {
  const { verdict, content } = checked;
  const reason = signerReason(verdict);
  const remarks = [...(reason === undefined ? [] : [reason]), ...remarksOn(checked, context)];
  const plain = (word: OutcomeWord, ...first: string[]): SignerOutcome => ({
    checked,
    word,
    reasons: [...first, ...remarks],
    differences: undefined,
  });
  if (!isGood(verdict)) return plain(wordFor(verdict.kind));
  if (context.strict && verdict.weak.length > 0) return plain('WEAK SIGNATURE');
  if (content?.kind !== 'assertion') return plain('UNREADABLE', content?.reason ?? 'it was not read');
  const claim = claimProblem(content.assertion, context.subject);
  const { reference } = context;
  if (claim === undefined && reference === undefined) return plain('NOT COMPARED');
  const [first] = reference?.voices ?? [];
  const same = reference === undefined || outputsKey(content.assertion) === reference.outputs;
  if (claim === undefined && same) return plain('OK');
  const differences =
    same || first === undefined ? undefined : compareOutputs(first.assertion, content.assertion);
  const reasons = [claim, differences && differenceWords(differences)].filter((words) => words !== undefined);
  return { ...plain('MISMATCH', ...reasons), differences };
}

/** Whether a line makes gverify fail. A signer without an assertion of this package has said nothing about it. */
export function hasFailed(outcome: SignerOutcome): boolean {
  return outcome.word !== 'OK' && outcome.word !== 'MISSING RESULT';
}

function wordFor(kind: Exclude<CheckedSigner['verdict']['kind'], `good${string}`>): OutcomeWord {
  switch (kind) {
    case 'wrong-key':
      return 'WRONG KEY';
    case 'expired-before-signing':
      return 'EXPIRED KEY';
    case 'revoked':
      return 'REVOKED KEY';
    case 'unsigned':
      return 'MISSING SIGNATURE';
    case 'no-assertion':
      return 'MISSING RESULT';
    // All of these the original calls so, and scripts look for it.
    case 'bad':
    case 'key-unknown':
    case 'key-unusable':
    case 'signature-expired':
    case 'not-detached':
    case 'unreadable':
      return 'BAD SIGNATURE';
  }
}

function remarksOn({ signer, verdict }: CheckedSigner, { sameKeyAs }: OutcomeContext): readonly string[] {
  const weak = 'weak' in verdict && verdict.weak.length > 0 ? [`weak: ${verdict.weak.join(', ')}`] : [];
  const twin = sameKeyAs.get(signer);
  return twin === undefined ? weak : [...weak, `the same key as ${twin}, counted once`];
}

/** `2 outputs differ, 1 is missing, 3 are extra`. */
function differenceWords({ changed, missing, extra }: OutputDifferences): string {
  const parts: string[] = [];
  const say = (count: number, one: string, many: string): void => {
    if (count > 0) parts.push(`${String(count)} ${count === 1 ? one : many}`);
  };
  say(changed.length, 'output differs', 'outputs differ');
  say(missing.length, 'is missing', 'are missing');
  say(extra.length, 'is extra', 'are extra');
  return parts.join(', ');
}
