import { readFile } from 'node:fs/promises';
import { exists } from '../../../core/files/exists.js';

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
  const controllers = new Set(words.trim().split(' ').filter(Boolean));
  // The top has no such files, so the group of this process is asked.
  const own = ownGroup(await readFile('/proc/self/cgroup', 'utf8')) ?? '';
  return { version: 2, controllers, swap: await exists(`${root ?? ''}${own}/memory.swap.max`) };
}

/** The group of a process in the second generation, from `/proc/PID/cgroup`. */
export function ownGroup(text: string): string | undefined {
  return /^0::(.*)$/m.exec(text)?.[1];
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
