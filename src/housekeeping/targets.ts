import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { byBytes } from '../core/bytes-order.js';
import { uniqueMark } from '../core/owner-mark.js';
import { run } from '../core/process.js';
import { suiteArch, type Workspace } from '../core/workspace.js';
import { removeLater } from '../packages/layers/remove-later.js';
import { liveState } from '../target/state.js';
import type { KeptThing } from './kept-thing.js';

/** The targets of a workspace, each with its backend's ending. */
export async function listTargets(workspace: Workspace): Promise<KeptThing[]> {
  const { root } = workspace;
  const up = await liveState(workspace);
  const names = (await readdir(root))
    .filter((name) => /^target-[^.]+(\.qcow2|\.vdi)?$/.test(name))
    .sort(byBytes);
  return Promise.all(
    names.map(async (name) => {
      const found = await stat(join(root, name));
      const inUse = up !== undefined && name.startsWith(`target-${suiteArch(up.spec)}`);
      const size = found.isFile() ? { bytes: found.blocks * 512 } : await sizeOf(join(root, name));
      return { kind: 'target' as const, name, ...size, used: found.mtime, inUse };
    }),
  );
}

/** Removes a target's file or folder, without waiting. */
export async function removeTarget(path: string): Promise<void> {
  const aside = `${path}.old-${uniqueMark()}`;
  await rename(path, aside);
  removeLater(aside);
}

/** The size of a folder; of a container's only root may read all of it. */
async function sizeOf(folder: string): Promise<Pick<KeptThing, 'bytes' | 'atLeast'>> {
  const args = ['--summarize', '--one-file-system', '--block-size=1', '--', folder];
  const { exitCode, stdout } = await run({ program: 'du', args, check: false });
  // What couldn't be read is left out of the sum.
  const bytes = Number.parseInt(stdout, 10);
  return Number.isNaN(bytes) ? { bytes: undefined } : { bytes, atLeast: exitCode !== 0 };
}
