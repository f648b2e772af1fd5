import { defineErrors, entry } from './define.js';

/** What is kept for later builds. */
export const cacheErrors = defineErrors({
  'cache-name-unknown': entry(
    2,
    (p: { names: readonly string[] }) =>
      `nothing is kept as ${p.names.map((name) => `"${name}"`).join(', ')}`,
    () => 'gitian-cache lists the names',
  ),
  'cache-in-use': entry(
    1,
    (p: { names: readonly string[] }) =>
      `${p.names.map((name) => `"${name}"`).join(', ')} ${p.names.length > 1 ? 'are' : 'is'} in use, and stays`,
    () => 'stop-target',
  ),
});
