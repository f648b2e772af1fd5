import { byBytes } from '../../core/words/bytes-order.js';
import type { ReleaseSummary } from '../repository/release-summary.js';

/**
 * A Markdown matrix of signers and what they signed, for a merge request, and below it the reasons. What was built is
 * told apart by letters: A is what is compared with where nobody is named.
 */
export function renderGithub(releases: readonly ReleaseSummary[]): string {
  const names = releases.flatMap(({ signers }) => signers.map(({ signer }) => signer));
  const rows = [...new Set(names)]
    .sort(byBytes)
    .map((signer) => [escaped(signer), ...releases.map((release) => cell(release, signer))]);
  const table = [
    ['signer', ...releases.map(title)],
    ['---', ...releases.map(() => '---')],
    ...rows,
    ['**all**', ...releases.map(({ holds }) => (holds ? '✅ verified' : '❌ not verified'))],
  ];
  const lines = table.map((row) => `| ${row.join(' | ')} |`);
  const reasons = releases.flatMap(reasonLines);
  return `${[...lines, ...(reasons.length === 0 ? [] : ['', ...reasons])].join('\n')}\n`;
}

function title({ shown, name }: ReleaseSummary): string {
  return `${escaped(shown)} ${escaped(name)}`;
}

function cell({ signers }: ReleaseSummary, signer: string): string {
  const found = signers.find((each) => each.signer === signer);
  if (found === undefined) return '';
  const letter = found.group === undefined ? '' : ` ${String.fromCharCode(65 + Math.min(found.group, 25))}`;
  return `${found.failed ? '❌' : '✅'} ${found.word}${letter}`;
}

function reasonLines(release: ReleaseSummary): readonly string[] {
  const reasons = release.signers
    .filter((each) => each.reasons.length > 0)
    .map((each) => `${escaped(each.signer)}: ${each.word}: ${escaped(each.reasons.join('; '))}`);
  return [...reasons, ...release.problems.map(escaped)].map((reason) => `- ${title(release)}: ${reason}`);
}

/** Text as Markdown that says just this: no links, no HTML, no mentions, no cells. */
function escaped(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- control characters are what is looked for
      .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ' ')
      .replace(/[\\`*_{}[\]()#+!|~-]/g, '\\$&')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('@', '&#64;')
  );
}
