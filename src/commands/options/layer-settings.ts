import { version } from '../../cli/version.js';
import type { LayerSettings } from '../../build/layers.js';
import { cacheFolder } from '../../core/cache-folder.js';
import { parseBytes } from '../../housekeeping/bytes.js';
import type { CommandContext } from '../command.js';
import { proxiesOf } from './proxies.js';
import { setting } from './settings.js';

/** How big all layers together may be where nothing says otherwise. */
const usualLimit = '10G';

/** What the environment says about layers: `GITIAN_CACHE`, `GITIAN_LAYERS_MAX_SIZE`, proxies. Throws `usage-bad-value`. */
export function layerSettings(env: CommandContext['env']): LayerSettings {
  const limit = 'GITIAN_LAYERS_MAX_SIZE';
  return {
    folder: cacheFolder(env),
    limit: parseBytes(setting(env[limit]) ?? usualLimit, limit),
    proxies: proxiesOf(env),
    userAgent: `gitian/${version}`,
    version,
  };
}
