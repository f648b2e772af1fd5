import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFolder } from '../../../src/core/cache-folder.js';

describe('the cache folder', () => {
  it.each([
    [{ GITIAN_CACHE: '/big/disk', XDG_CACHE_HOME: '/x', HOME: '/home/a' }, '/big/disk'],
    [{ GITIAN_CACHE: 'here' }, resolve('here')],
    [{ GITIAN_CACHE: '', XDG_CACHE_HOME: '/x', HOME: '/home/a' }, '/x/gitian'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/home/a' }, '/home/a/.cache/gitian'],
    [{ XDG_CACHE_HOME: '', HOME: '/home/a' }, '/home/a/.cache/gitian'],
    [{ HOME: '' }, `${userInfo().homedir}/.cache/gitian`],
    [{ HOME: 'relative' }, `${userInfo().homedir}/.cache/gitian`],
  ])('%j: %s', (env, folder) => {
    expect(cacheFolder(env)).toBe(folder);
  });
});
