import { userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { failure } from './errors/gitian-error.js';

/**
 * Where what serves all of a user's workspaces is kept: `GITIAN_CACHE`, else `gitian` in the folder that the XDG base
 * directory specification names, which takes relative paths for none. Throws `home-unknown`.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const own = env['GITIAN_CACHE'] ?? '';
  if (own !== '') return resolve(own);
  const caches = env['XDG_CACHE_HOME'] ?? '';
  if (isAbsolute(caches)) return join(caches, 'gitian');
  const home = env['HOME'] ?? '';
  return join(isAbsolute(home) ? home : homeOfUser(), '.cache', 'gitian');
}

/** What the host says; throws `home-unknown`. */
function homeOfUser(): string {
  try {
    return userInfo().homedir;
  } catch (error) {
    throw failure('home-unknown', {}, { cause: error });
  }
}
