import { failure } from '../../core/errors/gitian-error.js';
import type { Distro } from '../../descriptor/descriptor.js';
import { pocketsOf } from './suites.js';

/** Addresses of the archives that a distribution is installed from, without a slash at the end. */
export interface Archives {
  readonly main: string;
  readonly security: string;
}

/** As much as one source knows of {@link Archives}. */
export type SomeArchives = { readonly [Which in keyof Archives]?: string | undefined };

const components: Readonly<Record<Distro, string>> = {
  debian: 'main contrib',
  ubuntu: 'main universe',
};

/** A suite, and whether its updates are wanted as well. */
export interface WantedSuite {
  readonly distro: Distro;
  readonly suite: string;
  readonly updates: boolean;
}

/** The lines of `sources.list` that a suite is installed and updated from. */
export function sourceLines({ distro, suite, updates }: WantedSuite, archives: Archives): string[] {
  return pocketsOf(distro, suite, updates).map(
    ({ name, archive }) => `deb ${archives[archive]} ${name} ${components[distro]}`,
  );
}

/** Reads the addresses that a user gave: the archive, and after it the one with the security updates where that is another. */
export function givenArchives(urls: readonly string[]): SomeArchives {
  if (urls.length > 2) {
    throw failure('usage-bad-value', {
      what: '--mirror',
      value: urls.join(' '),
      expected: 'given at most twice: the archive, and the archive with the security updates',
    });
  }
  const [main, security] = urls.map(archiveUrl);
  return { main, security };
}

/**
 * Takes each archive from the first source that knows it. Ubuntu's archives have the security updates, too, so an
 * address that the user gave is enough there; Debian's security archive is another one.
 */
export function firstKnown(
  distro: Distro,
  given: SomeArchives,
  others: readonly SomeArchives[],
): SomeArchives {
  const pick = (which: keyof Archives): string | undefined =>
    [given, ...others].find((archives) => archives[which] !== undefined)?.[which];
  const security = given.security ?? (distro === 'ubuntu' ? given.main : undefined) ?? pick('security');
  return { main: pick('main'), security };
}

/** Both archives, or a failure that says which is not known. A suite without security updates needs one only. */
export function wholeArchives({ distro, suite, updates }: WantedSuite, found: SomeArchives): Archives {
  const needsSecurity = pocketsOf(distro, suite, updates).some(({ archive }) => archive === 'security');
  const { main, security } = found;
  if (main === undefined) throw failure('base-mirror-unknown', { distro, suite, which: 'main' });
  if (security === undefined && needsSecurity) {
    throw failure('base-mirror-unknown', { distro, suite, which: 'security' });
  }
  return { main, security: security ?? main };
}

/** The same archives through an apt-cacher-ng on `host`. */
export function throughProxy(archives: Archives, host: string): Archives {
  const proxied = (url: string): string => {
    const { protocol, host: archive, pathname } = new URL(url);
    const path = `${archive}${pathname}`.replace(/\/+$/, '');
    // apt-cacher-ng speaks to https archives itself when they are named like this.
    return `http://${inUrl(host)}:3142/${protocol === 'https:' ? `HTTPS///${path}` : path}`;
  };
  return { main: proxied(archives.main), security: proxied(archives.security) };
}

/** The same archives as the guest reaches them: this host's loopback address is its own there. */
export function asGuestReaches(archives: Archives, hostAddress: string): Archives {
  const seen = (url: string): string => {
    const [, before, host = '', after] = /^(https?:\/\/)(\[[^\]]*\]|[^/:]+)(.*)$/.exec(url) ?? [];
    if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(host)) return url;
    return `${before ?? ''}${inUrl(hostAddress)}${after ?? ''}`;
  };
  return { main: seen(archives.main), security: seen(archives.security) };
}

/** An archive's address as apt lines can hold it, or a failure. */
export function archiveUrl(value: string): string {
  const url = URL.canParse(value) && !/[\s[\]"'\\]/.test(value) ? new URL(value) : undefined;
  const usable =
    url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (!usable || url.search !== '' || url.hash !== '') {
    throw failure('usage-bad-value', {
      what: '--mirror',
      value,
      expected: 'an http or https address such as http://archive.example/debian',
    });
  }
  return value.replace(/\/+$/, '');
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
