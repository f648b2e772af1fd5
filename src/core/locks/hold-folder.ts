import { holdsLock, startKeeper } from './lock-keeper.js';

/** How long another's lock is waited for, in seconds: all who take one for themselves have it for an instant. */
const patience = '5';

/** What the keeper exits with when another keeps its lock for longer. */
const busy = 75;

const script =
  'exec 4<"$1/" && flock "$2" --timeout "$3" --conflict-exit-code "$4" 4 && [ "$1/" -ef /proc/self/fd/4 ] && echo held && exec cat';

/**
 * Holds a folder by the kernel's lock, wherever it is moved to, `shared` with others who hold it or `exclusive`, until it
 * is disposed of. `busy` where another keeps its lock; undefined where the folder is gone, or on a disk without locks.
 */
export async function holdFolder(
  folder: string,
  kind: 'shared' | 'exclusive',
): Promise<AsyncDisposable | 'busy' | undefined> {
  const args = ['-c', script, 'sh', folder, `--${kind}`, patience, String(busy)];
  const keeping = await startKeeper({ program: 'sh', args });
  if (holdsLock(keeping)) return keeping;
  return keeping !== 'missing' && keeping.exitCode === busy ? 'busy' : undefined;
}
