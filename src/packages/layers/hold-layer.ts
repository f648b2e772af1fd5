import { holdsLock, startKeeper } from '../../core/lock-keeper.js';

/** Who looks what is in use has the lock for an instant, in seconds. */
const patience = '5';

const script =
  'exec 4<"$1/" && flock --shared --timeout "$2" 4 && [ "$1/" -ef /proc/self/fd/4 ] && echo held && exec cat';

/**
 * Holds a layer's folder by a shared lock: nobody removes it until it is let go, wherever it is moved to. Undefined where
 * it is gone, or being removed, or on a disk without locks.
 */
export async function holdLayer(folder: string): Promise<AsyncDisposable | undefined> {
  const keeping = await startKeeper({ program: 'sh', args: ['-c', script, 'sh', folder, patience] });
  return holdsLock(keeping) ? keeping : undefined;
}
