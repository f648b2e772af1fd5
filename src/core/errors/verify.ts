import { quoteWord } from '../processes/shell-quote.js';
import { defineErrors, entry } from './define.js';

/** What keeps gverify from verifying, and what it ends with when there is nothing to compare. */
export const verifyErrors = defineErrors({
  'descriptor-nameless': entry(
    2,
    (p: { path: string }) => `the descriptor "${p.path}" has no name`,
    () => 'give it the line that its release was signed with, such as name: "hello"',
  ),
  'release-missing': entry(
    2,
    (p: { path: string; wanted: string; releases: readonly string[]; destination: string | undefined }) =>
      `there is no release "${p.path}"`,
    ({ wanted, releases, destination }) => {
      const last = releases.at(-1);
      if (last === undefined) return undefined;
      const command = `gverify ${destination === undefined ? '' : `--destination ${quoteWord(destination)} `}--release`;
      return releases.includes(wanted)
        ? `${command} ${quoteWord(wanted)}`
        : `${command} ${quoteWord(last)}, for example; there ${are(releases)}`;
    },
  ),
  'options-conflict': entry(
    2,
    (p: { one: string; other: string; reason: string }) => `${p.one} doesn't go with ${p.other}: ${p.reason}`,
    (p) => `run it again without ${p.one}, or without ${p.other}`,
  ),
  'repository-missing': entry(
    2,
    (p: { path: string; reason: string }) =>
      `the signature repository "${p.path}" can't be read: ${p.reason}`,
    () => 'name the folder with the signatures: gverify --all <repository>',
  ),
  'nothing-fits': entry(
    2,
    (p: { filters: string; there: readonly string[] }) =>
      `nothing here fits ${p.filters}${p.there.length === 0 ? '' : `; there ${are(p.there)}`}`,
    () => 'ask for less, or for all: gverify --all',
  ),
  'keys-missing': entry(
    2,
    (p: { paths: readonly string[]; reason: string }) =>
      `no keys can be read from ${p.paths.map((path) => `"${path}"`).join(', ')}: ${p.reason}`,
    () => 'name a file of public keys, or a folder of such files, with --keys',
  ),
  'signers-unusable': entry(
    2,
    (p: { source: string; count: number }) =>
      `the list of signers "${p.source}" has ${p.count === 1 ? 'a problem' : `${String(p.count)} problems`}`,
    () => 'name: FINGERPRINT, or name: [FINGERPRINT, FINGERPRINT], or name: {keys: [FINGERPRINT], weight: 2}',
  ),
  'reference-missing': entry(
    2,
    (p: { signer: string; path: string; signers: readonly string[] }) =>
      `there is no assertion of "${p.signer}" to compare with: "${p.path}"`,
    ({ signers }) =>
      signers.length === 0 ? undefined : `compare with one of those who signed; there ${are(signers)}`,
  ),
  'reference-not-good': entry(
    1,
    (p: { signer: string; reason: string }) => `nothing can be compared with "${p.signer}": ${p.reason}`,
    () => 'leave --compare-to out, and the largest group of good signatures is compared with',
  ),
});

/** `is "1.0"`, `are "0.9", "1.0"`. */
function are(names: readonly string[]): string {
  return `${names.length === 1 ? 'is' : 'are'} ${some(names)}`;
}

function some(names: readonly string[]): string {
  const shown = names.slice(-5);
  const left = names.length - shown.length;
  return shown.map((name) => `"${name}"`).join(', ') + (left > 0 ? ` and ${String(left)} more` : '');
}
