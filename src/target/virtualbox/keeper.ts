import { packageFile } from '../../core/package-files.js';
import { start, type RunningProcess } from '../../core/processes/process.js';
import { deferred } from '../deferred.js';
import { explainRefusal } from './vboxmanage/refusal.js';
import type { Answer } from './vboxmanage/vboxmanage.js';

/**
 * The process that starts a machine and saves it when this process ends without having said otherwise, by SIGKILL for
 * instance; see `share/virtualbox/keep.sh`.
 */
export class Keeper {
  readonly #machine: string;
  readonly #process: RunningProcess;
  readonly #started = deferred<boolean>();
  #released: Promise<void> | undefined;

  constructor(machine: string, stateFile: string) {
    this.#machine = machine;
    const args = [packageFile('share/virtualbox/keep.sh'), machine, stateFile];
    this.#process = start({ program: 'sh', args, stdin: 'pipe', check: false });
    const { stdin, stdout, ended } = this.#process;
    // It may have ended.
    stdin?.on('error', () => undefined);
    stdout?.once('data', () => {
      this.#started.resolve(true);
    });
    const over = (): void => {
      this.#started.resolve(false);
    };
    ended.then(over, over);
  }

  /** Resolves when the machine runs, or can't be started. */
  async begun(): Promise<Answer> {
    if (await this.#started.promise) return { done: true, stdout: '' };
    const { stderr } = await this.#process.ended;
    return { done: false, refusal: explainRefusal(stderr, this.#machine) };
  }

  /** Leaves the machine as it is from now on. Idempotent. */
  async release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    this.#process.stdin?.end('release\n');
    await this.#process.ended;
  }
}
