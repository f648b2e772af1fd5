import { defineErrors, entry } from './define.js';

/** What a build made: outputs, caches and the list of installed packages. */
export const outputsErrors = defineErrors({
  'files-unlistable': entry(
    1,
    (p: { directory: string; files: readonly { readonly path: string; readonly reason: string }[] }) =>
      `${p.files.length === 1 ? 'a file' : `${String(p.files.length)} files`} in "${p.directory}" can't be listed in a manifest: ` +
      p.files
        .slice(0, 5)
        .map(({ path, reason }) => `${path} ${reason}`)
        .join(', ') +
      (p.files.length > 5 ? ', …' : ''),
    () => "change the build script so that it doesn't leave such files",
  ),
  'package-unknown': entry(
    1,
    (p: { packages: readonly string[] }) =>
      `no hash is known of the installed ${p.packages.length === 1 ? 'package' : 'packages'} ${p.packages.join(', ')}`,
    () => 'gbuild --upgrade, so that only packages are installed that the archive still has',
  ),
  'package-list-broken': entry(
    1,
    (p: { line: string }) =>
      `the target's list of installed packages can't be understood: ${JSON.stringify(p.line)}`,
  ),
});
