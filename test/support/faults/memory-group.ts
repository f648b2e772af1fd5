import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../until.js';

/** Where the kernel's control groups of memory are: those of their own of the first version, or the only ones. */
const [top, limit] = existsSync('/sys/fs/cgroup/memory')
  ? ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes']
  : ['/sys/fs/cgroup', 'memory.max'];

/** Whether this host lets a test say how much memory there is. Needs root. */
export function canLimitMemory(): boolean {
  using group = new MemoryGroup();
  return group.limits;
}

/** Processes for which memory is short: what they have they keep, but there is next to nothing more, and the kernel kills one that needs it. */
export class MemoryGroup implements Disposable {
  readonly #path = join(top, `gitian-test-${String(process.pid)}`);

  constructor() {
    mkdirSync(this.#path, { recursive: true });
  }

  get limits(): boolean {
    return existsSync(join(this.#path, limit));
  }

  /** From now on these processes, and those that they start, get so many bytes more. */
  squeeze(pids: readonly number[], bytes: number): void {
    writeFileSync(join(this.#path, limit), String(bytes));
    for (const pid of pids) putInto(this.#path, String(pid));
  }

  /** Lets those that still run have what they want, as processes of no group, and takes the group away. */
  async letGo(): Promise<void> {
    for (const pid of this.#pids.split('\n').filter(Boolean)) putInto(top, pid);
    await this.over();
  }

  /** Waits until the last of them has ended, and takes the group away. */
  async over(): Promise<void> {
    await until(
      () => this.#pids,
      (pids) => pids === '',
      30_000,
    );
    this[Symbol.dispose]();
  }

  get #pids(): string {
    return readFileSync(join(this.#path, 'cgroup.procs'), 'utf8');
  }

  [Symbol.dispose](): void {
    rmdirSync(this.#path);
  }
}

/** Puts a process into a group, unless it ends just now. */
function putInto(group: string, pid: string): void {
  try {
    writeFileSync(join(group, 'cgroup.procs'), pid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
