import { access } from 'node:fs/promises';
import { failure } from '../../core/errors/gitian-error.js';
import type { Distro } from '../../descriptor/descriptor.js';
import { isRetired } from './suites.js';

/** Where a host keeps the keys that a distribution's archive is signed with. */
interface Keyrings {
  /** One of them has to be there; the guest has the same ones from a package of its own. */
  readonly current: readonly string[];
  /** Keys that have been retired since, with their releases. */
  readonly former: readonly string[];
  readonly pkg: string;
}

const keyrings: Readonly<Record<Distro, Keyrings>> = {
  debian: {
    current: [
      '/usr/share/keyrings/debian-archive-keyring.gpg',
      '/usr/share/keyrings/debian-archive-keyring.pgp',
    ],
    former: [
      '/usr/share/keyrings/debian-archive-removed-keys.gpg',
      '/usr/share/keyrings/debian-archive-removed-keys.pgp',
    ],
    pkg: 'debian-archive-keyring',
  },
  ubuntu: {
    current: ['/usr/share/keyrings/ubuntu-archive-keyring.gpg'],
    former: ['/usr/share/keyrings/ubuntu-archive-removed-keys.gpg'],
    pkg: 'ubuntu-keyring',
  },
};

/** The keyring files that an installation trusts. */
export interface TrustedKeyrings {
  /** The distribution's own; the guest has them from a package. */
  readonly own: readonly string[];
  /** Those of a mirror that signs for itself; the guest is given them. */
  readonly extra: readonly string[];
}

/** Whether a file can be read. */
export type Readable = (path: string) => Promise<boolean>;

/** Finds the keyrings for a suite; `signedBy` are those that the host's apt configuration names for the archives. */
export async function trustedKeyrings(
  { distro, suite }: { readonly distro: Distro; readonly suite: string },
  signedBy: readonly string[],
  readable: Readable = canRead,
): Promise<TrustedKeyrings> {
  const { current, former, pkg } = keyrings[distro];
  const present = async (paths: readonly string[]): Promise<string[]> => {
    const found = await Promise.all(paths.map(readable));
    return paths.filter((_, index) => found[index]);
  };
  const extra = await present(signedBy.filter((path) => !/\/(debian|ubuntu)-archive-[^/]*$/.test(path)));
  const first = (await present(current)).slice(0, 1);
  if (first.length === 0 && extra.length === 0) {
    throw failure('base-keyring-missing', { distro, paths: current.slice(0, 1), pkg });
  }
  const second = isRetired(distro, suite) ? (await present(former)).slice(0, 1) : [];
  return { own: [...first, ...second], extra };
}

async function canRead(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
