import { quoteWord } from '../processes/shell-quote.js';
import { defineErrors, entry } from './define.js';

/** What a build reads: files and git clones. But for `input-changed`, nothing has been started when one of these is thrown. */
export const inputsErrors = defineErrors({
  'input-files-unusable': entry(
    2,
    (p: { directory: string; files: readonly { readonly name: string; readonly reason: string }[] }) =>
      `${p.files.length === 1 ? 'an input file' : `${String(p.files.length)} input files`} can't be read in ` +
      `"${p.directory}": ${p.files.map(({ name, reason }) => `"${name}" ${reason}`).join(', ')}`,
    (p) =>
      `put ${p.files.length === 1 ? 'it' : 'them'} there, by exactly ${p.files.length === 1 ? 'this name' : 'these names'}`,
  ),
  'input-changed': entry(
    2,
    (p: { input: string }) => `the input "${p.input}" was changed while the build went on`,
    () => 'run it again, and leave what is in inputs/ alone until it ends',
  ),
  'remote-unknown': entry(
    2,
    (p: { option: string; dirs: readonly string[]; known: readonly string[] }) =>
      `${p.option} names ${quoted(p.dirs)}, which ${p.dirs.length === 1 ? 'is no remote' : 'are no remotes'} of the descriptor`,
    (p) =>
      p.known.length === 0
        ? 'the descriptor has no remotes'
        : `the descriptor's remotes are ${quoted(p.known)}`,
  ),
  'commit-missing': entry(
    2,
    (p: { dirs: readonly string[] }) =>
      `neither the descriptor nor --commit says what to check out of ${quoted(p.dirs)}`,
    (p) => `gbuild --commit ${quoteWord(p.dirs.map((dir) => `${dir}=COMMIT`).join(','))}`,
  ),
  'clone-unusable': entry(
    2,
    (p: { clone: string; reason: string; hint: string | undefined }) =>
      `the clone "${p.clone}" can't be used: ${p.reason}`,
    (p) => p.hint,
  ),
  'clone-dirty': entry(
    2,
    (p: { clone: string; what: string; files: readonly string[] }) =>
      `the clone "${p.clone}" has ${p.what} that checking out would lose: ${quoted(p.files)}`,
    (p) =>
      p.what.includes('submodules')
        ? `git -C ${quoteWord(p.clone)} submodule foreach --recursive git stash, or commit them there`
        : `git -C ${quoteWord(p.clone)} stash --include-untracked, or commit them, or move them away`,
  ),
  'fetch-failed': entry(
    2,
    (p: { dir: string; url: string; reason: string; hint: string | undefined }) =>
      `"${p.dir}" can't be fetched from "${p.url}": ${p.reason}`,
    (p) => p.hint,
  ),
  'commit-not-found': entry(
    2,
    (p: { dir: string; commit: string; where: string; hint: string }) =>
      `"${p.dir}" has no commit "${p.commit}" ${p.where}`,
    (p) => p.hint,
  ),
  'commit-ambiguous': entry(
    2,
    (p: { dir: string; commit: string; candidates: readonly string[] }) =>
      `"${p.commit}" of "${p.dir}" could be any of ${p.candidates.join(', ')}`,
    () => 'name one of them in full',
  ),
  'checkout-failed': entry(
    2,
    (p: { clone: string; commit: string; reason: string; hint: string | undefined }) =>
      `"${p.commit}" can't be checked out in "${p.clone}": ${p.reason}`,
    (p) => p.hint,
  ),
  'submodules-failed': entry(
    2,
    (p: { clone: string; reason: string; hint: string | undefined }) =>
      `the submodules of "${p.clone}" can't be checked out: ${p.reason}`,
    (p) => p.hint,
  ),
});

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  const rest = names.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${String(rest)} more` : '');
}
