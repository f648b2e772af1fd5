import { failure } from '../../core/errors/gitian-error.js';
import type { Proxies } from '../../http/client.js';
import { isProxy } from '../../http/proxy-url.js';
import type { CommandContext } from '../command.js';

/**
 * This host's proxies, from the variables that other programs heed; of `HTTP_PROXY` the lower-case form only, which a web
 * server can't set. Throws `usage-bad-value`.
 */
export function proxiesOf(env: CommandContext['env']): Proxies {
  return {
    http: firstOf(env, ['http_proxy', ...ofAll]),
    https: firstOf(env, ['https_proxy', 'HTTPS_PROXY', ...ofAll]),
    none: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
  };
}

const ofAll = ['all_proxy', 'ALL_PROXY'] as const;

/** The proxy that the first of these variables names that there is; empty text is none. */
function firstOf(env: CommandContext['env'], names: readonly string[]): string {
  const name = names.find((each) => env[each] !== undefined) ?? '';
  const proxy = env[name] ?? '';
  if (proxy === '' || isProxy(proxy)) return proxy;
  const value = proxy.replace(/\/\/.*@/, '//***@');
  throw failure('usage-bad-value', {
    ...{ what: name, value },
    expected: 'the URL of a proxy for http, such as http://proxy.example:3128',
  });
}
