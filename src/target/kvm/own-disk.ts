import { lstatSync } from 'node:fs';
import { followOwn, isOwn } from '../../core/files/own-links.js';
import { layerPath } from './layer-files.js';
import { QemuFailure } from './qemu/running-qemu.js';

/**
 * Holds that a target's disk is a file of this user's, and so is what it lies over: QEMU writes to the one, and either may
 * name other files of the host as places of its contents.
 */
export function demandOwnDisk(disk: string): void {
  const found = lstatSync(followOwn(disk));
  if (!found.isFile() || found.nlink > 1 || !isOwn(found.uid)) throw notOwn('disk');
  const layer = lstatSync(followOwn(layerPath(disk)), { throwIfNoEntry: false });
  if (layer !== undefined && !(layer.isDirectory() && isOwn(layer.uid))) throw notOwn('layer');
}

function notOwn(what: string): QemuFailure {
  return new QemuFailure(
    `its ${what} can't be used: it is another user's, or may be a file elsewhere`,
    'make-clean-vm makes it anew',
  );
}
