import { statfsSync } from 'node:fs';

/** How much of a disk is left free: a twentieth of it, and at most 1 GiB. */
const leastFree = (size: number): number => Math.min(size / 20, 2 ** 30);

/** How much may be written before the disk is asked again, in bytes: others write to it too. */
const stride = 64 * 2 ** 20;

/** What a small file takes, or a folder, in bytes. */
const block = 4096;

/**
 * The room on a disk that somebody untrusted writes to: they get what is free, but for a rest, so that the host goes on.
 */
export class DiskRoom {
  readonly #directory: string;
  readonly #rest: (size: number) => number;
  #known = 0;

  /** `rest` is how much stays free of a disk of some size, in bytes. */
  constructor(directory: string, rest = leastFree) {
    this.#directory = directory;
    this.#rest = rest;
  }

  /** Whether there is room for so many more bytes; they count as written then. */
  take(bytes: number): boolean {
    const needed = Math.max(bytes, block);
    if (needed > this.#known) this.#known = this.#ask(needed);
    if (needed > this.#known) return false;
    this.#known -= needed;
    return true;
  }

  #ask(needed: number): number {
    const { bavail, blocks, bsize } = statfsSync(this.#directory);
    const free = bavail * bsize - this.#rest(blocks * bsize);
    return Math.min(free, Math.max(stride, needed));
  }
}
