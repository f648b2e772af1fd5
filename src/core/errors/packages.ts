import { defineErrors, entry } from './define.js';

/** The cache of packages. */
export const packagesErrors = defineErrors({
  'package-cache-unusable': entry(
    2,
    (p: { folder: string; reason: string }) => `the package cache "${p.folder}" can't be used: ${p.reason}`,
    () => 'GITIAN_CACHE=/another/folder names another place for it',
  ),
  'offline-without-cache': entry<object>(
    2,
    () => '--offline builds from the package cache, which MIRROR_HOST turns off',
    () => 'unset MIRROR_HOST',
  ),
});
