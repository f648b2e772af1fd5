import { quoteWord } from '../processes/shell-quote.js';
import { defineErrors, entry } from './define.js';

/** What is kept for later builds. */
export const cacheErrors = defineErrors({
  'cache-names-missing': entry<object>(
    2,
    () => 'remove needs names, --all or --max-size',
    () => 'gitian-cache list',
  ),
  'cache-list-bare': entry(
    2,
    (p: { given: string }) => `list shows everything, and takes no ${p.given}`,
    (p) => `gitian-cache list, or gitian-cache remove ${p.given}`,
  ),
  'cache-name-unknown': entry(
    2,
    (p: { names: readonly string[] }) =>
      `nothing is kept as ${p.names.map((name) => `"${name}"`).join(', ')}`,
    () => 'gitian-cache lists the names',
  ),
  'cache-in-use': entry(
    1,
    (p: { names: readonly string[]; busy: string | undefined }) =>
      `${p.names.map((name) => `"${name}"`).join(', ')} ${p.names.length > 1 ? 'are in use, and stay' : 'is in use, and stays'}` +
      (p.busy === undefined ? '' : `: ${p.busy}`),
    (p) => (p.busy === undefined ? 'stop-target' : 'wait for it to end'),
  ),
  'cache-left': entry(
    1,
    (p: { folders: readonly string[]; reason: string }) => `not all could be removed: ${p.reason}`,
    (p) => `sudo rm -rf --one-file-system -- ${p.folders.map(quoteWord).join(' ')}`,
  ),
});
