import type { Assertion } from '../assertion/assertion.js';
import { byBytes } from '../core/words/bytes-order.js';
import { isGood, type GoodVerdict } from '../openpgp/verdict.js';
import type { CheckedSigner } from './check-signer.js';
import { outputsKey } from './outputs.js';

/** What is being verified. */
export interface Subject {
  readonly release: string;
  /** The descriptor's name. */
  readonly name: string;
}

/** A signer with a good signature over an assertion of this release and package. */
export interface Voice {
  readonly signer: string;
  readonly verdict: GoodVerdict;
  readonly assertion: Assertion;
}

/** Signers who built the same. */
export interface Group {
  /** Equal for equal outputs. */
  readonly outputs: string;
  /** Sorted by the signers' names; never empty. */
  readonly voices: readonly [Voice, ...Voice[]];
  /** How many distinct keys stand behind it: a key that signs in two folders is one. */
  readonly keys: number;
  /** How much these keys weigh together. */
  readonly weight: number;
}

/** How much a signer's key weighs. */
export type WeightOf = (signer: string) => number;

/** Who says the same: the largest group first, among equals the one whose first signer comes first. */
export function groupVoices(voices: readonly Voice[], weightOf: WeightOf): readonly Group[] {
  const byOutputs = new Map<string, [Voice, ...Voice[]]>();
  for (const voice of [...voices].sort((a, b) => byBytes(a.signer, b.signer))) {
    const outputs = outputsKey(voice.assertion);
    const known = byOutputs.get(outputs);
    if (known === undefined) byOutputs.set(outputs, [voice]);
    else known.push(voice);
  }
  return [...byOutputs]
    .map(([outputs, members]) => ({
      outputs,
      voices: members,
      keys: distinctKeys(members).length,
      weight: weightOfKeys(members, weightOf),
    }))
    .sort(bySize);
}

/** The heavier first, among equals the one with more keys: signers who are given no weight decide nothing. */
export function bySize(a: Group, b: Group): number {
  return b.weight - a.weight || b.keys - a.keys;
}

/**
 * A key counts once, with the weight of the heaviest signer who signed with it. Where a program doesn't say whose key a
 * signature is by, there is nothing to count.
 */
function weightOfKeys(voices: readonly Voice[], weightOf: WeightOf): number {
  const weights = new Map<string, number>();
  for (const { signer, verdict } of voices) {
    const key = verdict.key.primaryFingerprint;
    if (key !== undefined) weights.set(key, Math.max(weights.get(key) ?? 0, weightOf(signer)));
  }
  return [...weights.values()].reduce((sum, weight) => sum + weight, 0);
}

/** The voices that have a key of their own: of several by one key the first. */
export function distinctKeys(voices: readonly Voice[]): readonly Voice[] {
  const seen = new Set<string>();
  return voices.filter(({ signer, verdict }) => {
    // A program that only says good or bad names no key; then the folder is all there is to count.
    const key = verdict.key.primaryFingerprint ?? `folder ${signer}`;
    const fresh = !seen.has(key);
    seen.add(key);
    return fresh;
  });
}

/** A checked signer as a voice, if it has one. */
export function voiceOf(checked: CheckedSigner, subject: Subject): Voice | undefined {
  const { signer, verdict, content } = checked;
  if (!isGood(verdict) || content?.kind !== 'assertion') return undefined;
  const { assertion } = content;
  return claimProblem(assertion, subject) === undefined ? { signer, verdict, assertion } : undefined;
}

/** Why an assertion is about something else, or undefined when it is about `subject`. */
export function claimProblem(assertion: Assertion, subject: Subject): string | undefined {
  if (assertion.name !== subject.name)
    return `the assertion is of "${assertion.name}", not of "${subject.name}"`;
  if (assertion.release !== subject.release) {
    return `the assertion is of release "${assertion.release}", not of "${subject.release}"`;
  }
  return assertion.type === 'build' ? undefined : `the assertion is of a "${assertion.type}", not of a build`;
}
