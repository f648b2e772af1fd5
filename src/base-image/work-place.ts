/** Where a root file system grows until it is packed. */
export interface WorkPlace {
  /** MiB of memory for it; 0 where it lies on disk. */
  readonly memory: number;
  /** The directory it lies in. */
  readonly parent: string;
}

/** What should be left for programs, in MiB. */
const spare = 1024;

/** In memory where there is enough: that is quicker, and nothing can be left behind. `available` is in bytes, `needed` in MiB. */
export function workPlace(available: number, temporary: string | undefined, needed: number): WorkPlace {
  if (available >= (needed + spare) * 2 ** 20) return { memory: needed, parent: '/tmp' };
  return { memory: 0, parent: temporary ?? '/var/tmp' };
}
