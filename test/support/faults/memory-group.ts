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
    for (const pid of pids) writeFileSync(join(this.#path, 'cgroup.procs'), String(pid));
  }

  /** Waits until the last of them has ended, and takes the group away. */
  async over(): Promise<void> {
    const left = (): string => readFileSync(join(this.#path, 'cgroup.procs'), 'utf8');
    await until(left, (pids) => pids === '', 30_000);
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    rmdirSync(this.#path);
  }
}
