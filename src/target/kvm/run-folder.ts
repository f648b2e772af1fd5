import { mkdtemp, rm, stat } from 'node:fs/promises';
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
  const parent = await usableParent(runtime);
  return runFolder(await mkdtemp(join(parent, prefix)));
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

const prefix = 'gitian-kvm-';

async function usableParent(runtime: string | undefined): Promise<string> {
  if (runtime === undefined || !/^\/[\w./-]+$/.test(runtime)) return '/tmp';
  if (Buffer.byteLength(join(runtime, `${prefix}xxxxxx`, 'starter')) > longestSocket) return '/tmp';
  return stat(runtime).then(
    (found) => (found.isDirectory() ? runtime : '/tmp'),
    () => '/tmp',
  );
}
