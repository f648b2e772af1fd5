import { defineErrors, entry } from './define.js';

/** What keeps gverify from verifying, and what it ends with when there is nothing to compare. */
export const verifyErrors = defineErrors({
  'descriptor-nameless': entry(2, (p: { path: string }) => `the descriptor "${p.path}" has no name`),
  'release-missing': entry(
    2,
    (p: { path: string; releases: readonly string[] }) => `there is no release "${p.path}"`,
    (p) =>
      p.releases.length === 0
        ? undefined
        : `gverify --release ${p.releases.at(-1) ?? ''}, for example; there are ${some(p.releases)}`,
  ),
  'options-conflict': entry(
    2,
    (p: { one: string; other: string; reason: string }) => `${p.one} doesn't go with ${p.other}: ${p.reason}`,
  ),
  'repository-missing': entry(
    2,
    (p: { path: string; reason: string }) =>
      `the signature repository "${p.path}" can't be read: ${p.reason}`,
  ),
  'keys-missing': entry(
    2,
    (p: { paths: readonly string[]; reason: string }) =>
      `no keys can be had from ${p.paths.map((path) => `"${path}"`).join(', ')}: ${p.reason}`,
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
    (p: { signer: string; path: string }) =>
      `there is no assertion of "${p.signer}" to compare with: "${p.path}"`,
  ),
  'reference-not-good': entry(
    1,
    (p: { signer: string; reason: string }) => `"${p.signer}" is not to be compared with: ${p.reason}`,
    () => 'leave --compare-to out, and the largest group of good signatures is compared with',
  ),
});

function some(names: readonly string[]): string {
  const shown = names.slice(-5);
  const left = names.length - shown.length;
  return shown.map((name) => `"${name}"`).join(', ') + (left > 0 ? ` and ${String(left)} more` : '');
}
