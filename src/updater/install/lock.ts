import { constants } from 'node:fs';
import { copyFile, link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { failure } from '../../core/errors/gitian-error.js';
import { holds, ownHolder, parseHolder } from './holder.js';

/** How often a lock may change hands under this process before it counts as somebody else's. */
const attempts = 50;

/** For how long a lock that says nothing is one whose holder is about to write it, in milliseconds. */
const writing = 10_000;

/** Who holds a lock: a living process, whose number may not be known; one that has ended; or nobody, since there is no lock. */
type Holding = { readonly pid: number | undefined } | 'dead' | 'nobody';

/**
 * Takes a lock file for this process, or throws `update-running`. A dead process's lock is taken over. What lies in the
 * folder besides may be removed at any time by the process that holds the lock, the folder by one that gives it back:
 * where that is gone, ENOENT is thrown.
 */
export async function takeLock(path: string, destination: string): Promise<() => Promise<void>> {
  const own = JSON.stringify(await ownHolder());
  const draft = `${path}.${String(process.pid)}`;
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      await writeFile(draft, own);
      if (await isPlaced(draft, path)) return () => rm(path, { force: true });
      const holding = await holdingOf(path);
      if (typeof holding === 'object') throw running(destination, holding.pid);
      if (holding === 'dead') await removeDeadLock(path, destination);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw running(destination, undefined);
}

/**
 * Between the look at a dead process's lock and its removal, another process might have taken it over: so only one at a
 * time removes it, and looks again before it does.
 */
async function removeDeadLock(path: string, destination: string): Promise<void> {
  const release = await takeLock(`${path}.takeover`, destination);
  try {
    if ((await holdingOf(path)) === 'dead') await rm(path, { force: true });
  } finally {
    await release();
  }
}

/** A link appears with its content, or not at all where there is one already. Not every file system has links. */
async function isPlaced(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path).catch(async (error: unknown) => {
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error))) throw error;
      await copyFile(draft, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes(codeOf(error))) return false;
    throw error;
  }
}

async function holdingOf(path: string): Promise<Holding> {
  try {
    const holder = parseHolder(await readFile(path, 'utf8'));
    if (holder !== undefined) return (await holds(holder)) ? { pid: holder.pid } : 'dead';
    const age = Date.now() - (await stat(path)).mtimeMs;
    return age < writing ? { pid: undefined } : 'dead';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'nobody';
    throw error;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

function running(destination: string, pid: number | undefined): Error {
  const holder = pid === undefined ? 'another process' : `process ${String(pid)}`;
  return failure('update-running', { path: destination, holder });
}
