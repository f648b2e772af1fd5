import { factKinds, type FactKind } from '../build-facts.js';
import type { Clue } from '../clues.js';
import type { Explanation } from '../explain.js';
import type { OutputDifferences } from '../outputs.js';

/** How much of each kind is shown; `--json` has all of it. */
const most = 6;

/** What distinguishes those who signed something else, as lines for a person. */
export function renderExplanation(explanation: Explanation): readonly string[] {
  const { signers, outputs, claim, clues } = explanation;
  const lines = [`${signers.join(', ')}:`];
  if (claim !== undefined)
    lines.push(`  ${claim}${outputs === undefined ? '; the outputs are the same' : ''}`);
  if (outputs !== undefined) lines.push(...outputLines(outputs));
  for (const kind of factKinds) lines.push(...clueLines(kind, clues, signers.length));
  if (outputs !== undefined && clues.length === 0) {
    lines.push(
      '  nothing that the assertions list explains it: same commits, inputs and packages as those who agree',
    );
  }
  return lines;
}

function outputLines({ changed, missing, extra }: OutputDifferences): readonly string[] {
  return [
    ...shortened(
      'differs',
      changed.map(({ path }) => path),
    ),
    ...shortened('missing', missing),
    ...shortened('extra', extra),
  ];
}

function shortened(word: string, paths: readonly string[]): readonly string[] {
  const shown = paths.slice(0, most).map((path) => `  ${word}: ${path}`);
  const left = paths.length - shown.length;
  return left > 0 ? [...shown, `  ${word}: and ${String(left)} more`] : shown;
}

function clueLines(kind: FactKind, clues: readonly Clue[], groupSize: number): readonly string[] {
  const ofKind = clues.filter((clue) => clue.kind === kind);
  const lines = ofKind
    .slice(0, most)
    .map((clue) => `  ${clue.certainty}: ${clueWords(clue)}${whose(clue, groupSize)}`);
  const left = ofKind.length - lines.length;
  return left > 0
    ? [...lines, `  ${ofKind[0]?.certainty ?? ''}: and ${String(left)} more ${kindWords[kind].many}`]
    : lines;
}

const kindWords: Readonly<Record<FactKind, { readonly one: string; readonly many: string }>> = {
  commit: { one: 'commit of', many: 'commits' },
  'input-file': { one: 'input file', many: 'input files' },
  descriptor: { one: 'descriptor', many: 'descriptors' },
  cached: { one: 'cached', many: 'cached dependencies' },
  'base-package': { one: 'package', many: 'packages' },
};

function clueWords({ kind, subject, found, expected }: Clue): string {
  const about = `${kindWords[kind].one} ${subject}`;
  if (found.length === 0) return `${about} is missing; all who agree have ${several(expected)}`;
  const theirs =
    expected.length === 0 ? 'nobody who agrees has any' : `those who agree have ${several(expected)}`;
  return `${about} is ${several(found)}; ${theirs}`;
}

function several(values: readonly string[]): string {
  const shown = values.slice(0, 3).map(shortHash);
  return values.length > shown.length
    ? `${shown.join(', ')} and ${String(values.length - shown.length)} others`
    : shown.join(', ');
}

/** The beginning of a bare hash is enough to tell it from others; versions and commits stay whole. */
function shortHash(value: string): string {
  return /^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 16)}…` : value;
}

function whose({ signers }: Clue, groupSize: number): string {
  return signers.length === groupSize ? '' : ` (${signers.join(', ')} only)`;
}
