import { isGood } from '../openpgp/verdict.js';
import { groupVoices, voiceOf, type Group, type Subject, type WeightOf } from './agreement.js';
import type { CheckedSigner } from './check-signer.js';
import { outcomeOf, type SignerOutcome } from './outcome.js';

/** What is to be said about one release of one package. */
export interface ReleaseReport {
  readonly subject: Subject;
  /** One per signer, sorted by bytes. */
  readonly outcomes: readonly SignerOutcome[];
  /** What was built, the group that weighs the most first. */
  readonly groups: readonly Group[];
  /** The group that the others were compared with. */
  readonly reference: Group | undefined;
  /** What is wrong with the release itself, whatever its signers' lines say. */
  readonly problem: string | undefined;
}

/** How signers are compared. */
export interface CompareOptions {
  readonly subject: Subject;
  /** Compare with this signer's outputs instead of the largest group's. */
  readonly compareTo: string | undefined;
  readonly strict: boolean;
  /** Without a list of signers all weigh the same. */
  readonly weightOf: WeightOf;
}

/** Compares what was signed; pure. `signers` are in the order of their lines. */
export function compareSigners(signers: readonly CheckedSigner[], options: CompareOptions): ReleaseReport {
  const { subject, compareTo, strict, weightOf } = options;
  const heard = strict ? signers.filter((checked) => !isWeak(checked)) : signers;
  const voices = heard.flatMap((checked) => voiceOf(checked, subject) ?? []);
  const groups = groupVoices(voices, weightOf);
  const reference =
    compareTo === undefined
      ? groups[0]
      : groups.find(({ voices }) => voices.some(({ signer }) => signer === compareTo));
  const context = { subject, reference, strict, sameKeyAs: repeatedKeys(signers) };
  const problem =
    compareTo !== undefined && reference === undefined
      ? `no good assertion of "${compareTo}" to compare with`
      : undefined;
  const outcomes = signers.map((checked) => outcomeOf(checked, context));
  return { subject, groups, reference, problem, outcomes };
}

function isWeak({ verdict }: CheckedSigner): boolean {
  return isGood(verdict) && verdict.weak.length > 0;
}

/** Signers whose key made an earlier signer's good signature, with that signer. */
function repeatedKeys(signers: readonly CheckedSigner[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  const repeated = new Map<string, string>();
  for (const { signer, verdict } of signers) {
    const key = isGood(verdict) ? verdict.key.primaryFingerprint : undefined;
    if (key === undefined) continue;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, signer);
    else repeated.set(signer, earlier);
  }
  return repeated;
}
