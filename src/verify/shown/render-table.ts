import type { OutcomeWord } from '../outcome.js';
import type { ReleaseSummary } from '../repository/release-summary.js';

const header = ['release', 'package', 'signers', 'good', 'groups', 'trouble'];

/** Verified releases as a table for a person: whom it counts, how many of them are good, and what is wrong. */
export function renderTable(releases: readonly ReleaseSummary[], safe: (text: string) => string): string {
  const rows = [header, ...releases.map((release) => cells(release).map(safe))];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => {
      const line = row.map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 2 || column === 3 ? cell.padStart(width) : cell.padEnd(width);
      });
      return `${line.join('  ').trimEnd()}\n`;
    })
    .join('');
}

function cells({ shown, name, signers, groups, problems }: ReleaseSummary): readonly string[] {
  const words = new Map<OutcomeWord, number>();
  for (const { word } of signers) {
    if (word !== 'OK') words.set(word, (words.get(word) ?? 0) + 1);
  }
  const trouble = [...[...words].map(([word, count]) => `${String(count)} ${word}`), ...problems];
  return [
    shown,
    name,
    String(signers.length),
    String(signers.filter(({ good }) => good).length),
    groups.length === 0 ? '-' : groups.join('+'),
    trouble.length === 0 ? '-' : trouble.join(', '),
  ];
}
