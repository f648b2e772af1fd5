import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { mountNamespaceOf } from './mount-namespace.js';
import { replaceProgram, restoreProgram, type Namespace, type Replacement } from './replaced-program.js';

/** Where commands run whose programs are replaced for what they start, too, wherever that looks for them. Needs root. */
export class OwnMounts implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gitian-mounts-'));
  readonly #process: ChildProcess;
  #replaced: string | undefined;

  constructor() {
    const words = ['--mount', '--propagation', 'slave', '--', 'sleep', 'infinity'];
    this.#process = spawn('unshare', words, { stdio: 'ignore' });
  }

  /** What runs a program there, and in this folder: words to be put before its own. */
  inside(folder: string): string[] {
    const target = ['--target', String(this.#pid), '--mount', '--'];
    return ['nsenter', ...target, 'sh', '-c', 'cd -- "$0" && exec "$@"', folder];
  }

  /**
   * Takes a program away, or puts another of that name in its place, which knows no option; false for one that isn't
   * found here. It is replaced for other processes too, and those that share their mounts, for as long as they live; not
   * for those that have the host's.
   */
  replace(name: string, by: Replacement, others: readonly number[] = []): boolean {
    const folders = (process.env['PATH'] ?? '').split(delimiter);
    const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found === undefined) return false;
    this.#replaced = realpathSync(found);
    const away = others.filter((pid) => mountNamespaceOf(pid) !== mountNamespaceOf('self'));
    for (const pid of [this.#pid, ...away]) replaceProgram(this.#namespace(pid), this.#replaced, by);
    return true;
  }

  /** Gives it back. */
  restore(): void {
    if (this.#replaced !== undefined) restoreProgram(this.#namespace(this.#pid), this.#replaced);
    this.#replaced = undefined;
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }

  get #pid(): number {
    return this.#process.pid ?? 0;
  }

  #namespace(pid: number): Namespace {
    return { pid, folder: this.#folder };
  }
}
