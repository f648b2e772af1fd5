import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure } from '../../../core/errors/gitian-error.js';
import { saysDiskFull } from '../../../core/files/full-disk.js';
import { readKnownGuest, type KnownGuest } from './known-guest.js';
import { QemuFailure } from '../qemu/running-qemu.js';
import type { SavedState } from './saved-state.js';

/**
 * Copies the disk of a saved machine, and tells what is known of its guest. Throws {@link QemuFailure} only where the state
 * isn't there any more: whatever else goes wrong, it is as good as before.
 */
export async function takeState({ disk, guest }: SavedState, copy: string): Promise<KnownGuest> {
  try {
    await copyFile(disk, copy, constants.COPYFILE_FICLONE);
    return await readKnownGuest(guest);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new QemuFailure('its saved state is gone');
    throw saysDiskFull(error) ? failure('disk-full', { path: dirname(copy) }, { cause: error }) : error;
  }
}
