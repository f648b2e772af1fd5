import { closeSync, constants, openSync, readSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** The longest path that a socket can have, in bytes, of what Linux and macOS allow. */
const longestSocket = 100;

/** The files of a machine that is up, in its own short folder: a workspace's path may be longer than a socket's. */
export interface RunFolder {
  readonly path: string;
  readonly starter: string;
  readonly control: string;
  readonly wake: string;
  readonly state: string;
  /** Where slirp4netns takes orders, if QEMU has a network of its own. */
  readonly network: string;
  /** A FIFO that somebody holds open for writing for as long as the session lives. */
  readonly alive: string;
  /** Holds the session's process number. */
  readonly session: string;
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
    network: join(path, 'network'),
    alive: join(path, 'alive'),
    session: join(path, 'session'),
  };
}

/**
 * The folder of a workspace's machine, whose state is in the file `state`; undefined when its session has ended. Others may
 * write in a workspace, and name any folder: this one is closed to them, and was made for that workspace.
 */
export async function foundRunFolder(path: string, state: string): Promise<RunFolder | undefined> {
  const folder = runFolder(path);
  if (!(await isOwn(folder)) || (await isAbandoned(folder))) return undefined;
  const owner = await readFile(join(path, 'owner'), 'utf8').catch(() => '');
  return owner === `${state}\n` ? folder : undefined;
}

/** Removes the folder of a session that was killed. */
export async function removeRunFolder({ path }: RunFolder): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Removes what sessions have left that were killed themselves, by a kernel without memory for instance. */
export async function removeAbandonedFolders(runtime: string | undefined): Promise<void> {
  const parent = await usableParent(runtime);
  for (const name of (await readdir(parent)).filter((found) => found.startsWith(prefix))) {
    const folder = runFolder(join(parent, name));
    if ((await isOwn(folder)) && (await isAbandoned(folder)))
      await removeRunFolder(folder).catch(() => undefined);
  }
}

const prefix = 'gitian-kvm-';

/** For how long whoever has made a folder may need to start its session, in milliseconds. */
const youth = 60_000;

/** Whether it is a folder that {@link makeRunFolder} made for this user. */
async function isOwn({ path }: RunFolder): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  const isClosed = found?.isDirectory() === true && (found.mode & 0o077) === 0;
  return isClosed && found.uid === process.getuid?.() && basename(path).startsWith(prefix);
}

/** Whether the session of a folder has ended, or never began. */
async function isAbandoned({ path, alive }: RunFolder): Promise<boolean> {
  const isAlive = hasWriter(alive);
  if (isAlive !== undefined) return !isAlive;
  const made = await stat(path).catch(() => undefined);
  return Date.now() - (made?.mtimeMs ?? Infinity) > youth;
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
