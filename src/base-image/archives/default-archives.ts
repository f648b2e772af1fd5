import { run } from '../../core/processes/process.js';
import type { Distro } from '../../descriptor/descriptor.js';
import type { SomeArchives } from './mirrors.js';
import { pocketsOf } from './suites.js';

/**
 * The archives that mmdebstrap itself takes for a suite. It is stopped as soon as it has written them down, before it
 * asks the network or changes anything; the mode is the one that needs no privilege.
 */
export async function defaultArchives(distro: Distro, suite: string): Promise<SomeArchives> {
  const { stderr } = await run({
    program: 'mmdebstrap',
    args: [
      '--quiet',
      '--mode=chrootless',
      '--variant=custom',
      '--setup-hook=cat "$1/etc/apt/sources.list" >&2; exit 1',
      suite,
      '/dev/null',
    ],
    check: false,
  });
  return parseDefaults(distro, suite, stderr);
}

/** Finds the archives of a suite among lines of `sources.list`. */
export function parseDefaults(distro: Distro, suite: string, text: string): SomeArchives {
  const urls = new Map(
    [...text.matchAll(/^deb (?:\[[^\]]*\] )?(\S+) (\S+) /gm)].map(([, url, name]) => [
      name,
      url?.replace(/\/+$/, ''),
    ]),
  );
  const security = pocketsOf(distro, suite).find(({ archive }) => archive === 'security');
  // A suite that mmdebstrap doesn't know gets an archive of Debian's.
  if (distro === 'ubuntu' && !urls.has(`${suite}-updates`)) return {};
  return { main: urls.get(suite), security: security && urls.get(security.name) };
}
