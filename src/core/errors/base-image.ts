import { defineErrors, entry } from './define.js';

/** A distribution as one writes its name. */
const titled = (distro: string): string => distro.charAt(0).toUpperCase() + distro.slice(1);

/** VirtualBox has a machine registered with a disk, and refuses another one by that name. */
function machineRemoval(image: string): string {
  const [, target] = /^base-(.+)\.vdi$/.exec(image) ?? [];
  return target === undefined ? '' : `VBoxManage unregistervm Gitian-${target} --delete; `;
}

/** Making base images. */
export const baseImageErrors = defineErrors({
  'base-backend-missing': entry(
    2,
    (p: { backend: string; command: string }) => `this version makes no base images for ${p.backend}`,
    (p) => p.command,
  ),
  'base-suite-needed': entry(
    2,
    (p: { distro: string }) => `this host doesn't run ${titled(p.distro)}, so the suite has to be named`,
    () => 'run it again with --suite <suite>',
  ),
  'base-suite-unknown': entry(
    2,
    (p: { suite: string }) => `it is not known whether the suite "${p.suite}" is Debian's or Ubuntu's`,
    () => 'run it again with --distro debian, or with --distro ubuntu',
  ),
  'base-suite-of-other': entry(
    2,
    (p: { suite: string; owner: string; distro: string }) =>
      `the suite "${p.suite}" is ${titled(p.owner)}'s, and not ${titled(p.distro)}'s`,
    (p) => `run it again with --distro ${p.owner}, or with another --suite`,
  ),
  'suite-of-other-distro': entry(
    2,
    (p: { suite: string; owner: string; distro: string }) =>
      `the suite "${p.suite}" is ${titled(p.owner)}'s, but the descriptor says "${p.distro}"${p.distro === 'ubuntu' ? ' (the default)' : ''}`,
    (p) => `in the descriptor: distro: ${p.owner}`,
  ),
  'base-host-foreign': entry(
    2,
    (p: { architecture: string }) => `this host doesn't run programs for ${p.architecture}`,
    () => 'use a host with an x86 processor, and a kernel that runs its 32-bit programs too',
  ),
  'base-exists': entry(
    2,
    (p: { name: string; files: readonly string[] }) => `the base image "${p.name}" exists`,
    (p) => `to make it again: ${machineRemoval(p.name)}rm -f ${p.files.join(' ')}`,
  ),
  'base-being-made': entry(
    2,
    (p: { name: string; holder: string }) => `"${p.name}" is being made by ${p.holder}`,
    () => 'wait for it to end',
  ),
  'base-key-unusable': entry(
    2,
    (p: { path: string; reason: string }) =>
      `the key "${p.path}", which machines are logged in to with, can't be used: ${p.reason}`,
    (p) => `to have one made: move ${p.path} and ${p.path}.pub away`,
  ),
  'base-no-room': entry(
    1,
    (p: { path: string; left: number; least: number }) =>
      `the disk that holds "${p.path}" has ${String(p.left)} MiB left, and a base image takes ${String(p.least)} or more`,
    () => 'make room there and run the command again',
  ),
  'base-disk-too-small': entry(
    1,
    (p: { disk: string; needed: string }) =>
      `the guest needs a disk of at least ${p.needed} MiB, and --disksize is ${p.disk}`,
    (p) => `run it again with --disksize ${p.needed}, or more: builds need room too`,
  ),
  'base-keyring-missing': entry(
    2,
    (p: { distro: string; paths: readonly string[]; pkg: string }) =>
      `the keys that ${titled(p.distro)}'s archive is signed with are not on this host: there is no ${p.paths.map((path) => `"${path}"`).join(' or ')}`,
    (p) => `apt-get install ${p.pkg}, or put the keyring there, from a machine that has it`,
  ),
  'base-mirror-unknown': entry(
    2,
    (p: { distro: string; suite: string; which: 'main' | 'security' }) =>
      `no ${p.which === 'security' ? 'archive with the security updates' : 'archive'} of ${titled(p.distro)}'s "${p.suite}" is known`,
    (p) =>
      `run it again with --mirror <url>${p.which === 'security' ? ' --mirror <url of the security archive>' : ''}`,
  ),
  'base-ids-missing': entry(
    2,
    (p: { user: string; file: string }) =>
      `the user "${p.user}" has no range of at least 65536 subordinate ids in "${p.file}"`,
    (p) => `as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${p.user}`,
  ),
  'base-namespaces-refused': entry(
    2,
    (p: { reason: string }) => `this host lets no ordinary user make user namespaces: ${p.reason}`,
    () => 'run make-base-vm as root',
  ),
  'base-suite-absent': entry(
    1,
    (p: { suite: string; release: string; url: string }) =>
      `the archive "${p.url}" has no suite "${p.release}"`,
    (p) =>
      p.release === p.suite
        ? 'name an archive that has it with --mirror <url>'
        : 'name an archive that has it with a second --mirror, or take the release alone with --without-updates',
  ),
  'base-archive-unreachable': entry(
    1,
    (p: { reason: string }) => `the archive can't be reached: ${p.reason}`,
    () => 'check the network, or name another archive with --mirror <url>',
  ),
  'base-archive-untrusted': entry(
    1,
    (p: { reason: string; keyrings: readonly string[] }) =>
      `the archive is signed with a key that is not in ${p.keyrings.map((path) => `"${path}"`).join(' or ')}: ${p.reason}`,
    () =>
      "bring the host's archive keyrings up to date: apt-get install --only-upgrade debian-archive-keyring ubuntu-keyring",
  ),
  'base-archive-expired': entry(
    1,
    (p: { reason: string }) => `the archive's index is too old or too new to be trusted: ${p.reason}`,
    () => "check the host's clock; apt's Acquire::Check-Valid-Until and Acquire::Check-Date are obeyed",
  ),
  'base-archive-inconsistent': entry(
    1,
    (p: { reason: string }) => `the archive's indexes don't fit together: ${p.reason}`,
    () =>
      'try again later, name another archive with --mirror, or take the release alone with --without-updates',
  ),
  'base-package-absent': entry(
    1,
    (p: { name: string; suite: string; architecture: string }) =>
      `the archive has no package "${p.name}" for ${p.suite} on ${p.architecture}`,
    () => 'name an archive that has it with --mirror <url>',
  ),
  'base-image-failed': entry(
    1,
    (p: { image: string; reason: string; hint: string | undefined }) =>
      p.reason === '' ? `"${p.image}" can't be made` : `"${p.image}" can't be made: ${p.reason}`,
    (p) => p.hint ?? 'see what came before in the log, and run the command again',
  ),
  'base-image-refused': entry(
    1,
    (p: { image: string; path: string; reason: string }) =>
      `what was made for "${p.image}" is refused${p.path === '' ? '' : ` because of ${JSON.stringify(p.path)}`}: ${p.reason}`,
    () => 'a package of the archive may have done that: name another archive with --mirror <url>',
  ),
  'base-record-invalid': entry(
    2,
    (p: { path: string; problems: readonly string[] }) =>
      `"${p.path}" is not a base image's record: ${p.problems.join('; ')}`,
    () => 'remove the base image and its record, and make it again',
  ),
});
