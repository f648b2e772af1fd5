import { closeSync, constants, openSync, readSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The longest path that a socket can have, in bytes, of what Linux and macOS allow. */
const longestSocket = 100;

/** The files of a machine that is up, in its own short folder: a workspace's path may be longer than a socket's. */
export interface RunFolder {
  readonly path: string;
  readonly starter: string;
  readonly control: string;
  readonly wake: string;
  readonly state: string;
  readonly alive: string;
}

/** Makes a folder that only this user can enter. Whoever starts the session hands it over to that. */
export async function makeRunFolder(runtime: string | undefined): Promise<RunFolder> {
  return runFolder(await mkdtemp(join(await usableParent(runtime), prefix)));
}

/** The names in a folder. */
export function runFolder(path: string): RunFolder {
  return {
    path,
    starter: join(path, 'starter'),
    control: join(path, 'control'),
    wake: join(path, 'wake'),
    state: join(path, 'state'),
    alive: join(path, 'alive'),
  };
}

/** Removes the folder of a session that was killed; a path that isn't one is left alone. */
export async function removeRunFolder(path: string): Promise<void> {
  if (/\/gitian-kvm-[A-Za-z0-9]{6}$/.test(path)) await rm(path, { recursive: true, force: true });
}

/** Removes what sessions have left that were killed themselves, by a kernel without memory for instance. */
export async function removeAbandonedFolders(runtime: string | undefined): Promise<void> {
  const parent = await usableParent(runtime);
  for (const name of (await readdir(parent)).filter((found) => found.startsWith(prefix))) {
    const folder = runFolder(join(parent, name));
    if (await isAbandoned(folder)) await removeRunFolder(folder.path).catch(() => undefined);
  }
}

const prefix = 'gitian-kvm-';

/** For how long whoever has made a folder may need to start its session, in milliseconds. */
const youth = 60_000;

/** Whether the session of a folder of this user has ended, or never began. */
async function isAbandoned({ path, alive }: RunFolder): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.uid !== process.getuid?.()) return false;
  const isAlive = hasWriter(alive);
  return isAlive === undefined ? Date.now() - (found?.mtimeMs ?? Infinity) > youth : !isAlive;
}

/** Whether anybody holds a FIFO open for writing, or undefined when it isn't there: reading then says that there is nothing yet, instead of the end. */
function hasWriter(path: string): boolean | undefined {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return readSync(file, Buffer.alloc(1)) > 0;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : true;
  }
}

async function usableParent(runtime: string | undefined): Promise<string> {
  if (runtime === undefined || !/^\/[\w./-]+$/.test(runtime)) return '/tmp';
  if (Buffer.byteLength(join(runtime, `${prefix}xxxxxx`, 'starter')) > longestSocket) return '/tmp';
  return stat(runtime).then(
    (found) => (found.isDirectory() ? runtime : '/tmp'),
    () => '/tmp',
  );
}
