import { basename, dirname } from 'node:path';
import { HeldFolder, type Opening } from './held-folder.js';

/** Opens a file in a folder that others may write in, as {@link HeldFolder.open} does. Whoever calls closes it. */
export function openToWrite(path: string, opening: Opening): number {
  using folder = new HeldFolder(dirname(path));
  return folder.open(basename(path), opening);
}

/** Writes a file in such a folder over what it held; with `flush` the disk has it then. */
export function writeOver(path: string, content: string, { flush = false } = {}): void {
  using folder = new HeldFolder(dirname(path));
  folder.write(basename(path), content, { manner: 'anew', flush });
}

/** Adds to a file in such a folder. */
export function addTo(path: string, content: string): void {
  using folder = new HeldFolder(dirname(path));
  folder.write(basename(path), content, { manner: 'append' });
}
