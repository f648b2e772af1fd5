import { open, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure } from '../../core/errors/gitian-error.js';
import { systemWords } from '../../core/words/system-words.js';
import { ownNames } from '../package/paths.js';
import { inTheWay, type Obstacle } from './in-the-way.js';
import { manifestText, type InstalledManifest } from './installed-manifest.js';
import { commitJournal, finishJournal } from './journal-files.js';
import type { InstallPlan } from './plan.js';

/** An installation whose files are staged. */
export interface Installation {
  readonly destination: string;
  /** Whether the destination is there already. */
  readonly exists: boolean;
  /** The staging folder, of a destination that is there the one in it; the files lie in `new/` of it. */
  readonly staging: string;
  readonly plan: InstallPlan;
  readonly manifest: InstalledManifest;
  /** Files of the user's may be written over. */
  readonly force: boolean;
  readonly signal: AbortSignal;
  /** Carries out the journal of a destination in a process that outlives this one. */
  readonly finish: (destination: string) => Promise<void>;
}

/**
 * Puts the staged files in place, so that the old or the new version is there whole: in one rename where the destination
 * is new, else through a journal that is carried out whatever happens to this process. Returns what is in the way instead;
 * then nothing was changed.
 */
export async function install(installation: Installation): Promise<readonly Obstacle[]> {
  const { destination, exists, staging, plan, force, signal } = installation;
  const obstacles = exists ? await inTheWay(destination, plan, force) : [];
  if (obstacles.length > 0) return obstacles;
  signal.throwIfAborted();
  if (!exists) {
    await appear(installation);
    return [];
  }
  await syncFolders(join(staging, 'new'));
  await commitJournal(staging, {
    destination,
    removed: plan.removed,
    moves: plan.moves,
    manifest: manifestText(installation.manifest),
  });
  await installation.finish(destination);
  // The other process has done it, or wasn't able to begin.
  await finishJournal(destination);
  return [];
}

async function appear({ destination, staging, manifest }: Installation): Promise<void> {
  const files = join(staging, 'new');
  await writeFile(join(files, ownNames.manifest), manifestText(manifest), { flush: true });
  await syncFolders(files);
  await rename(files, destination).catch((error: unknown) => {
    throw failure(
      'destination-unusable',
      { path: destination, reason: systemWords(error) },
      { cause: error },
    );
  });
  await syncFolder(dirname(destination));
}

/** The folders of a tree are on the disk, as their files are since they were written. */
async function syncFolders(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolders(join(path, entry.name));
  }
  await syncFolder(path);
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
