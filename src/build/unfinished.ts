import { lstat, rm, writeFile } from 'node:fs/promises';
import type { Workspace } from '../core/workspace.js';

/**
 * Notes beside the result of an earlier build that another one has begun: gsign signs nothing as long as the note lies
 * there. The note is empty, since a disk without room for a byte still takes a name; its time says when the build began.
 */
export async function noteUnfinished(workspace: Workspace, name: string): Promise<void> {
  if (await isThere(workspace.result(name))) await writeFile(workspace.unfinished(name), '', { flush: true });
}

/** Takes the note away. The new result has to be in place: what is killed before leaves a note, and never an old result without. */
export async function noteFinished(workspace: Workspace, name: string): Promise<void> {
  await rm(workspace.unfinished(name), { force: true });
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => (error as NodeJS.ErrnoException).code !== 'ENOENT',
  );
}
