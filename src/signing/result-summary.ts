import { inputManifest, manifestEntries } from '../assertion/manifest.js';
import type { Report } from '../assertion/report.js';

/** How much of a commit's hash tells a person which it is. */
const shownDigits = 12;

/** What a result is, in one line: `hello, release 1.0: 2 outputs, built from hello at 0123456789ab`. */
export function resultSummary(
  { inManifest, outManifest }: Pick<Report, 'inManifest' | 'outManifest'>,
  { name, release }: { readonly name: string; readonly release: string },
): string {
  const outputs = manifestEntries(outManifest).length;
  const commits = inputManifest(inManifest).remotes.map(
    ({ dir, commit }) => `${dir} at ${commit.slice(0, shownDigits)}`,
  );
  const count = `${String(outputs)} ${outputs === 1 ? 'output' : 'outputs'}`;
  const from = commits.length === 0 ? '' : `, built from ${commits.join(', ')}`;
  return `${name}, release ${release}: ${count}${from}`;
}
