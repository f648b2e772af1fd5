import type { Duplex } from 'node:stream';
import { failure } from '../../core/errors/gitian-error.js';
import { quoteWords } from '../../core/shell-quote.js';
import { suiteArch } from '../../core/workspace.js';
import { commandFailure, shownCommand } from '../command-failure.js';
import { guestArguments } from '../guest-command.js';
import type { GuestService, ServesGuest } from '../guest-service.js';
import { GuestUsers, type UserFiles } from '../guest-users.js';
import type {
  CopyFromOptions,
  CopyOptions,
  HostFiles,
  RunOptions,
  RunResult,
  StartedTarget,
  TargetSpec,
} from '../target.js';
import { receiveFiles, sendFiles } from '../transfer.js';
import type { SshConnection } from './connection.js';
import { TooMuchOutput } from './output.js';
import { runCommand } from './run-command.js';

/** What a machine's backend does for it; the rest is ssh. */
export interface MachineControl {
  /**
   * Ends the machine, whatever state it is in, and removes the state file. Idempotent. `connection` may be used for last
   * commands, and may have ended.
   */
  stop(connection: SshConnection): Promise<void>;
  /** Lets the machine live on when this process ends. Idempotent. */
  detach(): Promise<void>;
  /** Why the machine is gone, once its connection has ended, where the backend knows better than ssh. */
  lost(): Promise<string | undefined>;
}

/** A machine that is up, as its backend hands it over. */
export interface RunningMachine {
  readonly spec: TargetSpec;
  /** Logged in as root. */
  readonly connection: SshConnection;
  readonly control: MachineControl;
  /** Of the run. */
  readonly signal: AbortSignal;
  /** Whether only `stop` ends it. */
  readonly detached: boolean;
}

/** A virtual machine that is up: commands and files go over its ssh connection. */
export class MachineTarget implements StartedTarget, ServesGuest {
  readonly #machine: RunningMachine;
  readonly #users: GuestUsers;
  #detached: boolean;
  #stopped: Promise<void> | undefined;

  constructor(machine: RunningMachine) {
    this.#machine = machine;
    this.#detached = machine.detached;
    this.#users = new GuestUsers(async () => this.#userFiles());
  }

  get spec(): TargetSpec {
    return this.#machine.spec;
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const userName = options.user ?? this.spec.distro;
    const user = await this.#users.find(userName);
    const inside = guestArguments({ argv, userName, user, env: options.env ?? {} });
    const result = await this.#runAsRoot(inside, options).catch((error: unknown) => {
      if (!(error instanceof TooMuchOutput)) throw error;
      throw failure('guest-command-failed', {
        command: shownCommand(argv),
        outcome: 'says more than can be kept',
      });
    });
    if (result.exitCode !== 0 && options.check !== false) throw commandFailure(argv, result);
    return result;
  }

  async copyTo(what: HostFiles, to: string, options: CopyOptions = {}): Promise<void> {
    await sendFiles(async (argv, runOptions) => this.run(argv, runOptions), what, to, options);
  }

  async copyFrom(from: string, to: string, options: CopyFromOptions = {}): Promise<void> {
    await receiveFiles(async (argv, runOptions) => this.run(argv, runOptions), from, to, options);
  }

  async serve(accept: (connection: Duplex) => void): Promise<GuestService> {
    return (await this.#machine.connection.serve(accept)) ?? this.#gone();
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async detach(): Promise<void> {
    if (this.#detached) return;
    await this.#machine.control.detach();
    this.#detached = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#detached) await this.stop();
    await this.#machine.connection[Symbol.asyncDispose]();
  }

  async #stop(): Promise<void> {
    const { control, connection } = this.#machine;
    await control.stop(connection);
    connection.close();
  }

  async #runAsRoot(argv: readonly string[], options: RunOptions): Promise<RunResult> {
    const { connection, signal: runs } = this.#machine;
    const signal = options.signal === undefined ? runs : AbortSignal.any([runs, options.signal]);
    const result = await runCommand(connection, quoteWords(argv), { ...options, signal });
    signal.throwIfAborted();
    return result ?? this.#gone();
  }

  async #userFiles(): Promise<UserFiles> {
    const { stdout } = await this.#runAsRoot(
      ['sh', '-c', 'cat /etc/passwd; printf "\\0"; cat /etc/group'],
      {},
    );
    const [passwd = '', group = ''] = stdout.split('\0');
    return { passwd, group };
  }

  async #gone(): Promise<never> {
    const { control, connection, spec } = this.#machine;
    // A command without an exit code: its server is broken, if it isn't gone.
    connection.close('its ssh server ended');
    const ended = await connection.ended;
    const reason = this.#stopped === undefined ? ((await control.lost()) ?? ended) : 'it was stopped';
    throw failure('target-lost', { target: suiteArch(spec), reason });
  }
}
