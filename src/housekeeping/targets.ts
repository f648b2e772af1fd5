import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { byBytes } from '../core/words/bytes-order.js';
import { foundAt } from '../core/files/found-at.js';
import { leftovers } from '../core/files/leftovers.js';
import { uniqueMark } from '../core/files/owner-mark.js';
import { run } from '../core/processes/process.js';
import { unlessMissing } from '../core/words/system-words.js';
import { suiteArch, type Workspace } from '../core/workspace.js';
import type { Discard } from '../packages/layers/remove-later.js';
import { liveState } from '../target/state.js';
import type { KeptThing } from './kept-thing.js';

/** A target's folder or disk, or the layer that a disk lies over; and what names of those begin with that are being removed. */
const targetPart = /^(target-[^.]+(?:\.qcow2|\.vdi)?)(?:\.layer)?$/;
const removedTarget = /^target-[^.]+(?:\.qcow2|\.vdi)?\.old-/;

/** The targets of a workspace, each with its backend's ending. Of a removal that was killed a layer alone may be left. */
export async function listTargets(workspace: Workspace): Promise<KeptThing[]> {
  const { root } = workspace;
  const up = await liveState(workspace);
  const places = new Map<string, string>();
  // The disk's own name comes before its layer's.
  for (const part of (await readdir(root)).sort(byBytes)) {
    const name = targetPart.exec(part)?.[1];
    if (name !== undefined && !places.has(name)) places.set(name, join(root, part));
  }
  const listed = await Promise.all(
    [...places].map(async ([name, place]) => {
      // Another command may have removed it by now.
      const found = await foundAt(place);
      if (found === undefined) return undefined;
      const inUse = up !== undefined && name.startsWith(`target-${suiteArch(up.spec)}`);
      const size = found.isFile() ? { bytes: found.blocks * 512 } : await sizeOf(place);
      return { kind: 'target' as const, name, ...size, used: found.mtime, inUse };
    }),
  );
  return listed.filter((target) => target !== undefined);
}

/** Moves a target's file or folder aside, and has it removed. */
export async function removeTarget(path: string, discard: Discard): Promise<void> {
  const aside = `${path}.old-${uniqueMark()}`;
  await rename(path, aside).catch(unlessMissing);
  discard(aside);
}

/** Has removed what processes that were killed have left while they removed a target. */
export async function removeUnfinishedTargets({ root }: Workspace, discard: Discard): Promise<void> {
  const befores = (await readdir(root)).flatMap((name) => removedTarget.exec(name)?.[0] ?? []);
  for (const before of new Set(befores))
    for (const folder of leftovers(root, { before, after: '' })) discard(folder);
}

/** The size of a folder; of a container's only root may read all of it. */
async function sizeOf(folder: string): Promise<Pick<KeptThing, 'bytes' | 'atLeast'>> {
  const args = ['--summarize', '--one-file-system', '--block-size=1', '--', folder];
  const { exitCode, stdout } = await run({ program: 'du', args, check: false });
  // What couldn't be read is left out of the sum.
  const bytes = Number.parseInt(stdout, 10);
  return Number.isNaN(bytes) ? { bytes: undefined } : { bytes, atLeast: exitCode !== 0 };
}
