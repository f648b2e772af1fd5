/** The keys of a descriptor. */
export const descriptorKeys = [
  'name',
  'distro',
  'suites',
  'architectures',
  'packages',
  'remotes',
  'files',
  'reference_datetime',
  'enable_cache',
  'multiarch',
  'repositories',
  'alternatives',
  'script',
  'sudo',
  'optionals',
  'docker_image_digests',
] as const;

/** A fork's key that real descriptors have. */
export const ignoredKeys: readonly string[] = ['backports_packages'];

/** The keys of an entry of `remotes`. */
export const remoteKeys = ['url', 'dir', 'commit'] as const;

/** The keys of an entry of `repositories`. */
export const repositoryKeys = ['source', 'distribution', 'packages'] as const;

/** The keys of an entry of `alternatives`. */
export const alternativeKeys = ['package', 'path'] as const;
