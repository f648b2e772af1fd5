import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeLeftovers } from '../../core/files/leftovers.js';
import { uniqueMark } from '../../core/files/owner-mark.js';
import { run } from '../../core/processes/process.js';
import { withPackage, type HostProgram } from '../../core/processes/find-programs.js';
import { virtualSize } from './qcow2.js';

/** What makes disks. */
export const qemuImg: HostProgram = { program: 'qemu-img', package: 'qemu-utils' };

/**
 * Makes an overlay over a base image, as if that lay in the same folder, in the place of what was there. What commands that
 * were killed have left beside it is removed.
 */
export async function freshOverlay(overlay: string, base: string, signal: AbortSignal): Promise<void> {
  const folder = dirname(overlay);
  await removeLeftovers(folder, { before: `${basename(overlay)}${newEnding}`, after: '' });
  const made = basename(beside(overlay));
  try {
    // What the guest writes is for nobody else to read: qemu-img leaves the mode of what is there as it is.
    await writeFile(join(folder, made), '', { flag: 'wx', mode: 0o600 });
    // Names without a folder, because qemu-img takes what stands before a colon for a protocol.
    const size = String((await virtualSize(base)) ?? 0);
    const args = ['create', '-q', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', basename(base), made, size];
    await run({ program: qemuImg.program, args, cwd: folder, signal }).catch((error: unknown) => {
      throw withPackage(error, qemuImg);
    });
    await rename(join(folder, made), overlay);
  } finally {
    await rm(join(folder, made), { force: true });
  }
}

/** A new name beside an overlay for what is to take its place. */
export function beside(overlay: string): string {
  return `${overlay}${newEnding}${uniqueMark()}`;
}

const newEnding = '.new-';
