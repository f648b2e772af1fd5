import { rm } from 'node:fs/promises';
import { foundAt } from '../core/files/found-at.js';
import { followOwn } from '../core/files/own-links.js';
import { writeOver } from '../core/files/write-over.js';
import type { Workspace } from '../core/workspace.js';

/**
 * Notes beside the result of an earlier build that another one has begun: gsign signs nothing as long as the note lies
 * there. Throws `path-unusable` where the new one couldn't be put, for a link of another user's. The note is empty, since a
 * disk without room for a byte still takes a name; its time says when the build began.
 */
export async function noteUnfinished(workspace: Workspace, name: string): Promise<void> {
  for (const path of [workspace.result(name), workspace.howBuilt(name)]) followOwn(path);
  if ((await foundAt(workspace.result(name))) !== undefined)
    writeOver(workspace.unfinished(name), '', { flush: true });
}

/** Takes the note away. The new result has to be in place: what is killed before leaves a note, and never an old result without. */
export async function noteFinished(workspace: Workspace, name: string): Promise<void> {
  await rm(workspace.unfinished(name), { force: true });
}
