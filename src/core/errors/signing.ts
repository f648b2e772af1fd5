import { quoteWord } from '../processes/shell-quote.js';
import { defineErrors, entry } from './define.js';

/** Reports, assertions, and what keeps gsign from signing. */
export const signingErrors = defineErrors({
  'report-unusable': entry(2, (p: { source: string; count: number; first: string }) =>
    p.count === 1 ? `${p.source}: ${p.first}` : `${p.source} has ${String(p.count)} problems`,
  ),
  'program-words-unusable': entry(
    2,
    (p: { option: string; value: string; problem: string }) =>
      `${p.option} ${JSON.stringify(p.value)} can't be run: ${p.problem}`,
    () => 'put it into a script, and name the script',
  ),
  'key-file-unusable': entry(
    2,
    (p: { path: string; reason: string; lies: 'in the file' | 'in the passphrase' }) =>
      `the key file "${p.path}" ${p.reason}`,
    ({ lies }) =>
      lies === 'in the passphrase'
        ? 'give the passphrase that the key was exported with'
        : 'make it anew of one key: gpg --export-secret-keys FINGERPRINT',
  ),
  'no-terminal': entry(
    2,
    (p: { key: string }) =>
      `the key "${p.key}" is locked, and there is no terminal to ask for its passphrase`,
    () => 'give the passphrase through a file descriptor with --passphrase-fd',
  ),
  'result-missing': entry(
    2,
    (p: { path: string; descriptor: string }) => `there is no result "${p.path}" to sign`,
    (p) => `gbuild ${quoteWord(p.descriptor)}`,
  ),
  'result-outdated': entry(
    2,
    (p: { path: string; mark: string; descriptor: string; begun: Date }) =>
      `the result "${p.path}" may be an earlier build's, since the last one, begun ${minute(p.begun)}, has not come to its end`,
    (p) =>
      `gbuild ${quoteWord(p.descriptor)}; or, if the earlier build is what you want to sign: rm ${quoteWord(p.mark)}`,
  ),
  'result-empty': entry(
    2,
    (p: { path: string }) => `the result "${p.path}" lists no outputs`,
    () => 'look into var/build.log, or insist with --allow-empty',
  ),
  'result-of-other-descriptor': entry(
    2,
    (p: { path: string; descriptor: string; reason: string }) =>
      `the result "${p.path}" is not of the descriptor "${p.descriptor}": ${p.reason}`,
    (p) => `gbuild ${quoteWord(p.descriptor)}`,
  ),
  'assertion-exists': entry(
    2,
    (p: { path: string }) => `the assertion "${p.path}" exists already`,
    () => 'replace it, and its signature, with --force',
  ),
  'assertion-elsewhere': entry(
    2,
    (p: { path: string; to: string }) => `"${p.path}" is a link out of the signatures: it leads to "${p.to}"`,
    () => 'find out who put it there, and remove it',
  ),
  'assertion-twice': entry(
    2,
    (p: { path: string; descriptors: readonly string[] }) =>
      isOne(p.descriptors)
        ? `"${p.descriptors[0] ?? ''}" is named twice`
        : `${p.descriptors.map((name) => `"${name}"`).join(' and ')} would both be written to "${p.path}"`,
    (p) => (isOne(p.descriptors) ? 'name it once' : 'sign each by itself, with a --destination of its own'),
  ),
  'release-busy': entry(
    2,
    (p: { path: string; holders: readonly number[] }) =>
      `nothing was signed: another process keeps the folder "${p.path}" locked`,
    (p) =>
      p.holders.length === 0
        ? 'sign again when it has ended'
        : `see what it is, and sign again when it has ended: ps -fp ${p.holders.join()}`,
  ),
  'signing-failed': entry(
    1,
    (p: { program: string; outcome: string; hint: string | undefined }) =>
      `nothing was signed: "${p.program}" ${p.outcome}`,
    (p) => p.hint ?? 'see whether that program signs another file',
  ),
  'signature-not-made': entry(
    1,
    (p: { program: string; file: string }) =>
      `nothing was signed: "${p.program}" ended well, but made no signature "${p.file}"`,
    () => 'it has to make a detached signature beside the file that is named last',
  ),
  'assertion-changed': entry(
    1,
    (p: { program: string; file: string }) =>
      `nothing was signed: "${p.program}" changed the assertion "${p.file}"`,
    () => 'it has to leave that file as it is, and to make a detached signature beside it',
  ),
  'signature-wrong': entry(
    1,
    (p: { program: string; reason: string }) =>
      `nothing was signed: the signature that "${p.program}" made isn't good: ${p.reason}`,
    (p) => `see whether "${p.program}" signs another file, and with which key`,
  ),
});

/** `2026-01-31 12:00 UTC` */
function minute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function isOne(names: readonly string[]): boolean {
  return new Set(names).size === 1;
}
