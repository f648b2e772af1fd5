/** Where a root file system grows until it is packed. */
export interface WorkPlace {
  /** MiB of memory for it; 0 where it lies on disk. */
  readonly memory: number;
  /** The directory it lies in. */
  readonly parent: string;
}

/** What the tree, its packages and the image take at most, and what should be left for programs; in MiB. */
const needed = 3072;
const spare = 1024;

/** In memory where there is enough: that is quicker, and nothing can be left behind. `available` is in bytes. */
export function workPlace(available: number, temporary: string | undefined): WorkPlace {
  if (available >= (needed + spare) * 2 ** 20) return { memory: needed, parent: '/tmp' };
  return { memory: 0, parent: temporary ?? '/var/tmp' };
}
