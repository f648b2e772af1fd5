import { holdsLock, startKeeper } from './lock-keeper.js';

/** How long another's lock is waited for, in seconds: all who take one for themselves have it for an instant. */
const patience = '5';

const script =
  'exec 4<"$1/" && flock "$2" --timeout "$3" 4 && [ "$1/" -ef /proc/self/fd/4 ] && echo held && exec cat';

/**
 * Holds a folder by the kernel's lock, wherever it is moved to, `shared` with others who hold it or `exclusive`, until it
 * is disposed of. Undefined where the folder is gone, or another keeps its lock, or on a disk without locks.
 */
export async function holdFolder(
  folder: string,
  kind: 'shared' | 'exclusive',
): Promise<AsyncDisposable | undefined> {
  const args = ['-c', script, 'sh', folder, `--${kind}`, patience];
  const keeping = await startKeeper({ program: 'sh', args });
  return holdsLock(keeping) ? keeping : undefined;
}
