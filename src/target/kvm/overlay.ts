import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { run } from '../../core/process.js';

/** Makes an overlay over a base image that lies in the same folder, in the place of what was there. */
export async function freshOverlay(overlay: string, base: string, signal: AbortSignal): Promise<void> {
  const folder = dirname(overlay);
  await removeLeftOvers(overlay);
  const made = `${basename(overlay)}${newEnding}${String(process.pid)}`;
  try {
    // Names without a folder, because qemu-img takes what stands before a colon for a protocol.
    const args = ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', basename(base), made];
    await run({ program: 'qemu-img', args, cwd: folder, signal });
    await rename(join(folder, made), overlay);
  } finally {
    await rm(join(folder, made), { force: true });
  }
}

/** Removes what commands that were killed have left beside an overlay. */
export async function removeLeftOvers(overlay: string): Promise<void> {
  const prefix = `${basename(overlay)}${newEnding}`;
  const names = (await readdir(dirname(overlay))).filter((name) => name.startsWith(prefix));
  await Promise.all(names.map(async (name) => rm(join(dirname(overlay), name), { force: true })));
}

const newEnding = '.new-';
