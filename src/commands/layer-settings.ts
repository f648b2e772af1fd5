import { version } from '../cli/version.js';
import type { LayerSettings } from '../build/layers.js';
import { cacheFolder } from '../core/cache-folder.js';
import type { CommandContext } from './command.js';
import { proxiesOf } from './proxies.js';

/** How big all layers together may be where nothing says otherwise, in bytes. */
export const usualLimit = 10 * 2 ** 30;

/** What the environment says about layers: `GITIAN_CACHE`, proxies. */
export function layerSettings(env: CommandContext['env']): LayerSettings {
  return {
    folder: cacheFolder(env),
    limit: usualLimit,
    proxies: proxiesOf(env),
    userAgent: `gitian/${version}`,
  };
}
