import { readdir, readFile, readlink, realpath } from 'node:fs/promises';

/**
 * The numbers of the processes of this host that have a file or folder open, with `locked` only those that have the
 * kernel's lock (flock) on it; of other users' processes nothing can be known.
 */
export async function whoHasOpen(path: string, { locked = false } = {}): Promise<readonly number[]> {
  const real = await realpath(path);
  const has = async (process: string, file: string): Promise<boolean> => {
    const opened = await readlink(`${process}/fd/${file}`).catch(() => undefined);
    if (opened !== real || !locked) return opened === real;
    const info = await readFile(`${process}/fdinfo/${file}`, 'utf8').catch(() => '');
    return /^lock:.* FLOCK /m.test(info);
  };
  const found: number[] = [];
  for (const pid of (await names('/proc')).filter((name) => /^\d+$/.test(name))) {
    const process = `/proc/${pid}`;
    const files = await names(`${process}/fd`);
    const those = await Promise.all(files.map(async (file) => has(process, file)));
    if (those.includes(true)) found.push(Number(pid));
  }
  return found;
}

/** Processes end at any time. */
async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
