import type { ArchiveSettings } from '../../build/archives/archives.js';
import { version } from '../../cli/version.js';
import { cacheFolder } from '../../core/cache-folder.js';
import type { CommandContext } from '../command.js';
import { mirrorHost } from './mirror-host.js';
import { proxiesOf } from './proxies.js';

/** What the environment says about package archives: `GITIAN_CACHE`, `MIRROR_HOST`, proxies. */
export function archiveSettings(env: CommandContext['env']): ArchiveSettings {
  // An apt-cacher-ng is a cache already.
  const cached = mirrorHost(env) === undefined;
  return {
    cacheFolder: cached ? cacheFolder(env) : undefined,
    proxies: proxiesOf(env),
    userAgent: `gitian/${version}`,
  };
}
