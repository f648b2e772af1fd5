import { defineErrors, entry } from './define.js';

/** What the host lacks, refuses or runs out of. */
export const hostErrors = defineErrors({
  'tool-missing': entry(
    2,
    (p: { tools: readonly string[]; packages: readonly string[] }) =>
      `${p.tools.map((tool) => `"${tool}"`).join(', ')} ${p.tools.length > 1 ? 'are' : 'is'} not installed`,
    (p) =>
      p.packages.length > 0
        ? `apt-get install ${p.packages.join(' ')}`
        : 'install what has it, or add the folder in which it is to $PATH',
  ),
  'root-needed': entry(
    2,
    (p: { what: string; reason: string }) => `${p.what} needs root, and ${p.reason}`,
    ({ reason }) => howToBecomeRoot(reason),
  ),
  'sudo-refuses': entry(
    1,
    (p: { program: string; asks: boolean }) =>
      p.asks
        ? `sudo asks for the password again before it runs "${p.program}" as root`
        : `sudo doesn't allow "${p.program}" to be run as root`,
    (p) =>
      p.asks
        ? 'run it again; timestamp_timeout in sudoers says for how long sudo remembers the password'
        : 'allow the programs listed in docs/backends.md with sudo; those that are allowed: sudo -l',
  ),
  'process-failed': entry(
    1,
    (p: { program: string; outcome: string; words: string }) =>
      p.words === '' ? `"${p.program}" ${p.outcome}` : `"${p.program}" ${p.outcome}: ${p.words}`,
    (p) => `see which one that is, and whether it works: command -v ${p.program}`,
  ),
  'disk-full': entry(
    1,
    (p: { path: string }) => (p.path === '' ? 'a disk is full' : `the disk that holds "${p.path}" is full`),
    (p) =>
      p.path === ''
        ? '"df" and "df -i" show which: make room there and run the command again'
        : 'make room there and run the command again',
  ),
  'not-writable': entry(
    2,
    (p: { path: string; reason: string; hint: string | undefined }) =>
      `${p.path === '' ? 'a file' : `"${p.path}"`} can't be written: ${p.reason}`,
    (p) => p.hint,
  ),
  'path-unusable': entry(
    2,
    (p: { path: string; reason: string; hint: string | undefined }) =>
      `"${p.path}" can't be used: ${p.reason}`,
    (p) => p.hint,
  ),
  'not-a-folder': entry(
    2,
    (p: { what?: string | undefined; path: string }) =>
      `${p.what === undefined ? '' : `the ${p.what} `}"${p.path}" is not a folder`,
    () => 'move it away, or choose another place',
  ),
  'home-unknown': entry<object>(
    2,
    () => 'the host knows no home of this user, and $HOME names none',
    () => 'GITIAN_CACHE=/a/folder names a place for what is kept',
  ),
  'locks-missing': entry(
    2,
    (p: { path: string; reason: string }) => `the storage of "${p.path}" has no locks: ${p.reason}`,
    () => 'work on a local disk, or have it mounted with locks: findmnt -T',
  ),
  'workspace-busy': entry(
    2,
    (p: { path: string; holder: string }) => `the workspace "${p.path}" is in use by ${p.holder}`,
    () => 'wait for it to end, or work in another directory',
  ),
});

/** What sudo's lack is called where root is needed. */
export const noSudo = 'sudo is not installed';

/** What to type where root is needed, for the reason that it can't be had. */
export function howToBecomeRoot(reason: string): string {
  const install = reason === noSudo ? 'apt-get install sudo, and ' : '';
  return `run it as root, or ${install}allow the programs listed in docs/backends.md with sudo`;
}
