import { claimProblem } from './agreement.js';
import { cluesOf, type Clue, type Dissenter } from './clues.js';
import type { ReleaseReport } from './compare-signers.js';
import { compareOutputs, outputsKey, type OutputDifferences } from './outputs.js';

/** What distinguishes signers who signed something else from all who agree. */
export interface Explanation {
  /** Sorted as their lines are. */
  readonly signers: readonly string[];
  /** Against the group that is compared with; undefined where they built the same and claim something else. */
  readonly outputs: OutputDifferences | undefined;
  /** Most telling first. */
  readonly clues: readonly Clue[];
  /** What their assertions say they are of, where that is something else. */
  readonly claim: string | undefined;
}

/** Explains every mismatch of a report; pure. */
export function explain(report: ReleaseReport): readonly Explanation[] {
  const { reference, subject } = report;
  if (reference === undefined) return [];
  const agreeing = reference.voices.map(({ assertion }) => assertion);
  const [first] = reference.voices;
  return dissent(report).map((group) => {
    const [{ assertion }] = group;
    const differs = outputsKey(assertion) !== reference.outputs;
    return {
      signers: group.map(({ signer }) => signer),
      outputs: differs ? compareOutputs(first.assertion, assertion) : undefined,
      clues: differs ? cluesOf(group, agreeing) : [],
      claim: claimProblem(assertion, subject),
    };
  });
}

/** The dissenters by what they built and say, in the order of their first lines. */
function dissent({ outcomes, subject }: ReleaseReport): readonly (readonly [Dissenter, ...Dissenter[]])[] {
  const groups = new Map<string, [Dissenter, ...Dissenter[]]>();
  for (const { word, checked } of outcomes) {
    if (word !== 'MISMATCH' || checked.content?.kind !== 'assertion') continue;
    const { assertion } = checked.content;
    const key = `${outputsKey(assertion)} ${claimProblem(assertion, subject) ?? ''}`;
    const dissenter: Dissenter = { signer: checked.signer, assertion };
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [dissenter]);
    else known.push(dissenter);
  }
  return [...groups.values()];
}
