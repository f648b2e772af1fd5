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
  'network-uncuttable': entry(
    2,
    (p: { policy: string; backend: string }) =>
      `"--network ${p.policy}" can't be had: the ${p.backend} backend can't cut a target's network`,
    () => 'gbuild with --backend lxc or kvm, or --network full',
  ),
  'network-packages-without-cache': entry<object>(
    2,
    () => '--network packages leaves a script the package cache, which MIRROR_HOST turns off',
    () => 'unset MIRROR_HOST, or --network none',
  ),
});
