import { failure } from '../core/errors/gitian-error.js';
import type { Configuration } from '../core/workspace.js';
import type { Distro } from '../descriptor/descriptor.js';
import type { HostSystem } from './host-system.js';
import { distroOf, newestLts } from './archives/suites.js';

/** What a user may say of the base image; anything may be left out. */
export interface Wish {
  readonly distro?: string | undefined;
  readonly suite?: string | undefined;
  readonly architecture?: string | undefined;
  /** Default true. */
  readonly updates?: boolean | undefined;
}

/** What a base image is of. */
export interface BaseChoice extends Configuration {
  readonly distro: Distro;
  /** Whether the release's updates and security updates are in it. */
  readonly updates: boolean;
}

/** Fills in what the user left out; `host` is what this host runs, where a guest could. */
export function chooseBase(wish: Wish, host: HostSystem | undefined): BaseChoice {
  const distro = wish.distro === undefined ? undefined : knownDistro(wish.distro);
  const rest = {
    architecture: knownArchitecture(wish.architecture ?? 'amd64'),
    updates: wish.updates ?? true,
  };
  if (wish.suite !== undefined) return { ...ofSuite(usableSuite(wish.suite), distro), ...rest };
  if (host !== undefined && (distro === undefined || distro === host.distro)) return { ...host, ...rest };
  if (distro === 'debian') throw failure('base-suite-needed', { distro });
  return { distro: 'ubuntu', suite: newestLts(), ...rest };
}

/** The word that a distribution's archive has for an architecture. */
export function archiveArchitecture(architecture: string): string {
  return architecture === 'linux64' ? 'amd64' : architecture;
}

function ofSuite(suite: string, distro: Distro | undefined): { distro: Distro; suite: string } {
  const owner = distroOf(suite);
  if (owner === undefined && distro === undefined) throw failure('base-suite-unknown', { suite });
  if (owner !== undefined && distro !== undefined && owner !== distro) {
    throw failure('base-suite-of-other', { suite, owner, distro });
  }
  return { distro: distro ?? owner ?? 'ubuntu', suite };
}

function knownDistro(value: string): Distro {
  if (value === 'debian' || value === 'ubuntu') return value;
  throw failure('usage-bad-value', { what: '--distro', value, expected: 'debian or ubuntu' });
}

function knownArchitecture(value: string): string {
  if (value === 'amd64' || value === 'i386' || value === 'linux64') return value;
  throw failure('usage-bad-value', { what: '--arch', value, expected: 'amd64 or i386' });
}

/** A suite becomes part of addresses, file names and apt's search patterns. */
function usableSuite(value: string): string {
  if (/^[a-z][a-z0-9-]{0,63}$/.test(value)) return value;
  throw failure('usage-bad-value', {
    what: '--suite',
    value,
    expected: 'the name of a suite, such as bookworm',
  });
}
