import { createInterface } from 'node:readline';
import { packageFile } from '../../../core/package-files.js';
import { hostEnvironment, start, type RunningProcess } from '../../../core/processes/process.js';
import { deferred } from '../../deferred.js';
import { hostAddresses } from '../../host-addresses.js';
import { networkWords, type QemuNetwork } from './qemu-network.js';

/** What a session is started with; see `share/kvm/session.sh`. */
export interface SessionSpec {
  readonly folder: string;
  /** A file to remove at the end. */
  readonly state: string;
  readonly log: string;
  /** A folder that nobody removes meanwhile, or nothing. */
  readonly layer: string | undefined;
  readonly network: QemuNetwork;
  readonly program: string;
  readonly args: readonly string[];
}

/** The process that holds QEMU up: as long as this process lives, or until QEMU ends once it is detached. */
export class Session {
  readonly #process: RunningProcess;
  readonly #started = deferred<number | undefined>();
  readonly #detached = deferred<boolean>();
  readonly #ended = deferred<undefined>();

  constructor({ folder, state, log, layer = '', network, program, args }: SessionSpec) {
    this.#process = start({
      program: 'sh',
      args: [
        packageFile('share/kvm/launch.sh'),
        ...[folder, state, layer],
        ...networkWords(network, hostAddresses()),
        ...[program, ...args],
      ],
      env: hostEnvironment(),
      stdin: 'pipe',
      stderr: { appendTo: log },
      check: false,
    });
    const { stdin, stdout, ended } = this.#process;
    // It may end before it reads.
    stdin?.on('error', () => undefined);
    if (stdout !== null) createInterface({ input: stdout }).on('line', this.#hear);
    const over = (): void => {
      this.#started.resolve(undefined);
      this.#detached.resolve(false);
      this.#ended.resolve(undefined);
    };
    ended.then(over, over);
  }

  /** QEMU's process number; undefined when it ended first. */
  get started(): Promise<number | undefined> {
    return this.#started.promise;
  }

  /** Resolves when QEMU has ended and all that it left is removed, or when the session was detached. */
  get ended(): Promise<undefined> {
    return this.#ended.promise;
  }

  /** Lets QEMU live on when this process ends; false when it has ended already. */
  async detach(): Promise<boolean> {
    this.#process.stdin?.write('detach\n');
    const detached = await this.#detached.promise;
    this.#process.stdin?.end();
    return detached;
  }

  /** Ends QEMU at once, and waits until nothing is left. */
  async kill(): Promise<void> {
    this.#process.stdin?.end();
    await this.ended;
  }

  readonly #hear = (line: string): void => {
    const [word, value] = line.split(' ');
    if (word === 'detached') this.#detached.resolve(true);
    else if (word === 'started') this.#started.resolve(Number(value));
  };
}
