import type { Distro } from '../../descriptor/descriptor.js';

/** What has to be known of a suite to install it. */
interface Suite {
  readonly distro: Distro;
  /** As people write it: 12, 24.04; undefined for a suite without a number. */
  readonly version?: number;
  /** A release that Ubuntu supports for long. */
  readonly lts?: true;
}

/** Every suite whose distribution follows from its name, oldest first. */
const suites: Readonly<Record<string, Suite>> = {
  jessie: { distro: 'debian', version: 8 },
  stretch: { distro: 'debian', version: 9 },
  buster: { distro: 'debian', version: 10 },
  bullseye: { distro: 'debian', version: 11 },
  bookworm: { distro: 'debian', version: 12 },
  trixie: { distro: 'debian', version: 13 },
  forky: { distro: 'debian', version: 14 },
  duke: { distro: 'debian', version: 15 },
  oldoldstable: { distro: 'debian' },
  oldstable: { distro: 'debian' },
  stable: { distro: 'debian' },
  testing: { distro: 'debian' },
  sid: { distro: 'debian' },
  unstable: { distro: 'debian' },
  precise: { distro: 'ubuntu', version: 12.04, lts: true },
  trusty: { distro: 'ubuntu', version: 14.04, lts: true },
  xenial: { distro: 'ubuntu', version: 16.04, lts: true },
  bionic: { distro: 'ubuntu', version: 18.04, lts: true },
  cosmic: { distro: 'ubuntu', version: 18.1 },
  disco: { distro: 'ubuntu', version: 19.04 },
  eoan: { distro: 'ubuntu', version: 19.1 },
  focal: { distro: 'ubuntu', version: 20.04, lts: true },
  groovy: { distro: 'ubuntu', version: 20.1 },
  hirsute: { distro: 'ubuntu', version: 21.04 },
  impish: { distro: 'ubuntu', version: 21.1 },
  jammy: { distro: 'ubuntu', version: 22.04, lts: true },
  kinetic: { distro: 'ubuntu', version: 22.1 },
  lunar: { distro: 'ubuntu', version: 23.04 },
  mantic: { distro: 'ubuntu', version: 23.1 },
  noble: { distro: 'ubuntu', version: 24.04, lts: true },
  oracular: { distro: 'ubuntu', version: 24.1 },
  plucky: { distro: 'ubuntu', version: 25.04 },
  questing: { distro: 'ubuntu', version: 25.1 },
  resolute: { distro: 'ubuntu', version: 26.04, lts: true },
};

/** The distribution that a suite belongs to, or undefined for a name that isn't in the table. */
export function distroOf(suite: string): Distro | undefined {
  return known(suite)?.distro;
}

/** Ubuntu's newest release with long support. */
export function newestLts(): string {
  const supported = Object.keys(suites).filter((name) => known(name)?.lts === true);
  return supported.at(-1) ?? 'resolute';
}

/** Where in a distribution's archives a suite's packages are. */
export interface Pocket {
  /** What stands after the address in an apt line. */
  readonly name: string;
  /** The archive that has it: Debian's security updates have one of their own. */
  readonly archive: 'main' | 'security';
}

/** A suite's own packages and, where they are wanted and exist, its updates and its security updates, in this order. */
export function pocketsOf(distro: Distro, suite: string, updates = true): readonly Pocket[] {
  const own: Pocket = { name: suite, archive: 'main' };
  if (!updates || suite === 'sid' || suite === 'unstable') return [own];
  return [
    own,
    { name: `${suite}-updates`, archive: 'main' },
    { name: securityPocket(distro, suite), archive: 'security' },
  ];
}

function securityPocket(distro: Distro, suite: string): string {
  const version = versionOf(suite);
  return distro === 'debian' && version < 11 ? `${suite}/updates` : `${suite}-security`;
}

/**
 * Whether an installer of the suite's time made `/bin`, `/sbin` and `/lib` links into `/usr` while no package saw to it.
 * Later ones bring a package that does; earlier ones have directories.
 */
export function needsMergedUsr(distro: Distro, suite: string): boolean {
  const version = versionOf(suite);
  return distro === 'debian' ? version === 10 || version === 11 : version >= 19.04 && version < 23;
}

/** Whether a suite is so old that its archive's keys have been retired. */
export function isRetired(distro: Distro, suite: string): boolean {
  const version = versionOf(suite);
  return distro === 'debian' ? version <= 10 : version <= 14.04;
}

/** Whether the archive has all of a base image for i386: Ubuntu gave most of it up after 19.04. */
export function hasWholeI386(distro: Distro, suite: string): boolean {
  const version = versionOf(suite);
  return distro === 'debian' || version <= 19.04;
}

/** A suite's number, such as 12 and 24.04; Infinity for one that has none, or is newer than this program. */
export function versionOf(suite: string): number {
  return known(suite)?.version ?? Infinity;
}

function known(suite: string): Suite | undefined {
  return Object.hasOwn(suites, suite) ? suites[suite] : undefined;
}
