import { readdir, readFile, stat } from 'node:fs/promises';

/**
 * The numbers of the processes that have a file or folder open with the kernel's lock (flock) on it: those of this host
 * that this user may look into.
 */
export async function lockHolders(path: string): Promise<readonly number[]> {
  const { dev, ino } = await stat(path);
  const holds = async (process: string, file: string): Promise<boolean> => {
    const info = await readFile(`${process}/fdinfo/${file}`, 'utf8').catch(() => '');
    if (!/^lock:.* FLOCK /m.test(info)) return false;
    const open = await stat(`${process}/fd/${file}`).catch(() => undefined);
    return open?.ino === ino && open.dev === dev;
  };
  const holders: number[] = [];
  for (const pid of (await names('/proc')).filter((name) => /^\d+$/.test(name))) {
    const process = `/proc/${pid}`;
    const found = await Promise.all((await names(`${process}/fd`)).map(async (file) => holds(process, file)));
    if (found.includes(true)) holders.push(Number(pid));
  }
  return holders;
}

/** Processes end at any time, and others' don't show what they have open. */
async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
