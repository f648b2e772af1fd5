import type { Distro } from '../../descriptor/descriptor.js';
import { leftOut } from './packages.js';
import { needsMergedUsr } from '../archives/suites.js';

/** What mmdebstrap is to install. */
export interface MmdebstrapCall {
  readonly distro: Distro;
  readonly suite: string;
  /** As the archive calls it: amd64 or i386. */
  readonly architecture: string;
  readonly packages: readonly string[];
  /** Lines of apt.conf for the time of the installation. */
  readonly aptSettings: readonly string[];
}

/** The arguments of mmdebstrap, up to those that name places: mode, keyrings, suite, directory and sources. */
export function mmdebstrapArguments(of: MmdebstrapCall): string[] {
  return [
    '--verbose',
    `--architectures=${of.architecture}`,
    '--variant=required',
    `--include=${of.packages.join(',')}`,
    `--include=${importantPackages(of)}`,
    // Half of the time goes into syncing what is thrown away or packed afterwards.
    '--dpkgopt=force-unsafe-io',
    ...of.aptSettings.map((line) => `--aptopt=${line}`),
    ...(needsMergedUsr(of.distro, of.suite) ? [mergedUsr] : []),
    // The indexes are read for the record first; and an amd64 host runs i386 without help.
    '--skip=cleanup/apt,check/qemu',
  ];
}

/**
 * apt's pattern for the packages that a minimal install has beyond the required ones. mmdebstrap's own variant for them
 * can't leave out any.
 */
function importantPackages({ suite, architecture }: MmdebstrapCall): string {
  const without = leftOut.map((name) => `?not(?exact-name(${name}))`).join(',');
  const inSuite = `?or(?archive(^${suite}$),?codename(^${suite}$))`;
  return `?narrow(${inSuite},?architecture(${architecture}),?and(?priority(important),?not(?essential),${without}))`;
}

const mergedUsr =
  '--setup-hook=for dir in bin sbin lib lib32 lib64 libx32; do mkdir -p "$1/usr/$dir" && ln -s "usr/$dir" "$1/$dir"; done';
