import type { Proxies } from '../http/client.js';
import type { CommandContext } from './command.js';

/** This host's proxies, from the variables that other programs heed; of `HTTP_PROXY` the lower-case form only, which a web server can't set. */
export function proxiesOf(env: CommandContext['env']): Proxies {
  const all = env['all_proxy'] ?? env['ALL_PROXY'] ?? '';
  return {
    http: env['http_proxy'] ?? all,
    https: env['https_proxy'] ?? env['HTTPS_PROXY'] ?? all,
    none: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
  };
}
