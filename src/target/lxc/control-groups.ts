import { readFile } from 'node:fs/promises';

/** What the host's control groups can bound. */
export interface ControlGroups {
  /** Which generation the controllers belong to. */
  readonly version: 1 | 2;
  readonly controllers: ReadonlySet<string>;
  /** Whether swap can be bounded too. */
  readonly swap: boolean;
}

/** Reads what this host has; a host where nothing can be bounded has no controllers. */
export async function controlGroups(): Promise<ControlGroups> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  const first = firstGeneration(mounts);
  if (first.size > 0) {
    const swap = await exists(`${first.get('memory') ?? ''}/memory.memsw.limit_in_bytes`);
    return { version: 1, controllers: new Set(first.keys()), swap };
  }
  const root = secondGeneration(mounts);
  const words =
    root === undefined ? '' : await readFile(`${root}/cgroup.controllers`, 'utf8').catch(() => '');
  // Swap is part of the memory controller in every kernel of this generation that distributions ship.
  const controllers = new Set(words.trim().split(' ').filter(Boolean));
  return { version: 2, controllers, swap: controllers.has('memory') };
}

/** Controllers of the first generation and where each is mounted, from `/proc/self/mountinfo`. */
export function firstGeneration(mountinfo: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { type, path, options } of mountsOf(mountinfo)) {
    if (type !== 'cgroup') continue;
    for (const option of options) if (knownControllers.has(option)) found.set(option, path);
  }
  return found;
}

/** Where the second generation is mounted, from `/proc/self/mountinfo`. */
export function secondGeneration(mountinfo: string): string | undefined {
  return mountsOf(mountinfo).find(({ type }) => type === 'cgroup2')?.path;
}

const knownControllers = new Set(['cpu', 'cpuset', 'devices', 'memory', 'pids']);

interface Mount {
  readonly type: string;
  readonly path: string;
  readonly options: readonly string[];
}

function mountsOf(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [mount = '', source = ''] = line.split(' - ');
    const [type, , options] = source.split(' ');
    const path = mount.split(' ')[4];
    return type === undefined || path === undefined
      ? []
      : [{ type, path, options: (options ?? '').split(',') }];
  });
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
