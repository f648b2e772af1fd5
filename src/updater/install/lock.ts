import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { failure } from '../../core/errors/gitian-error.js';
import { holds, ownHolder, parseHolder, type Holder } from './holder.js';

/** Takes a lock file for this process, or throws `update-running`. A dead process's lock is taken over. */
export async function takeLock(path: string, destination: string): Promise<() => Promise<void>> {
  const draft = `${path}.${String(process.pid)}`;
  await writeFile(draft, JSON.stringify(await ownHolder()));
  try {
    for (let attempt = 0; ; attempt++) {
      // A link appears with its content, or not at all where there is one already.
      if (await link(draft, path).then(() => true, isTaken)) break;
      const holder = await readHolder(path);
      if ((holder !== undefined && (await holds(holder))) || attempt > 2) {
        throw failure('update-running', {
          path: destination,
          holder: `process ${String(holder?.pid ?? '')}`,
        });
      }
      await rm(path, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
  return () => rm(path, { force: true });
}

function isTaken(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
  throw error;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  return parseHolder(await readFile(path, 'utf8').catch(() => ''));
}
