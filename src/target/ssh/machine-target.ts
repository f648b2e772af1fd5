import type { Duplex } from 'node:stream';
import { failure } from '../../core/errors/gitian-error.js';
import { quoteWords } from '../../core/processes/shell-quote.js';
import { suiteArch } from '../../core/workspace.js';
import { commandFailure, shownCommand } from '../command-failure.js';
import { guestArguments } from '../guest-command.js';
import type { GuestService, ServesGuest } from '../guest-service.js';
import { GuestUsers, parseUsers, readUsers, type UserFiles } from '../guest-users.js';
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
import { refusalFailure } from './refusal.js';
import { runCommand } from './run-command.js';

/** What a machine's backend does for it; the rest is ssh. */
export interface MachineControl {
  /**
   * Ends the machine, whatever state it is in, and removes the state file. Idempotent. `connection` may be used for last
   * commands where there is one; it may have ended.
   */
  stop(connection: SshConnection | undefined): Promise<void>;
  /** Lets the machine live on when this process ends. Idempotent. */
  detach(): Promise<void>;
  /** Why the machine is gone, once its connection has ended, where the backend knows better than ssh. Throws where it isn't gone. */
  lost(): Promise<string | undefined>;
}

/** A machine that is up, as its backend hands it over. */
export interface RunningMachine {
  readonly spec: TargetSpec;
  /**
   * Root's connection where it is open already, or how to log in: that is done once, for the first command, since a
   * machine that is only stopped needs no connection.
   */
  readonly connection: SshConnection | (() => Promise<SshConnection>);
  readonly control: MachineControl;
  /** Of the run. */
  readonly signal: AbortSignal;
  /** What the guest's console said. */
  readonly log: string;
  /** Whether only `stop` ends it. */
  readonly detached: boolean;
  /** What its files of users were when it came up, where that is known. */
  readonly users?: UserFiles | undefined;
}

/** A virtual machine that is up: commands and files go over its ssh connection. */
export class MachineTarget implements StartedTarget, ServesGuest {
  readonly #machine: RunningMachine;
  readonly #users: GuestUsers;
  readonly #connect: () => Promise<SshConnection>;
  #connection: Promise<SshConnection> | undefined;
  #detached: boolean;
  #stopped: Promise<void> | undefined;

  constructor(machine: RunningMachine) {
    this.#machine = machine;
    this.#detached = machine.detached;
    const { connection } = machine;
    const isOpen = typeof connection !== 'function';
    this.#connect = isOpen ? async () => Promise.resolve(connection) : connection;
    // Even a target that is never used has to end it.
    if (isOpen) this.#connection = this.#connect();
    this.#users = new GuestUsers(async () => this.#userFiles(), machine.users);
  }

  get spec(): TargetSpec {
    return this.#machine.spec;
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const userName = options.user ?? this.spec.distro;
    const user = await this.#users.find(userName);
    const inside = guestArguments({ argv, userName, user, env: options.env ?? {} });
    const result = await this.#runAsRoot(inside, { ...options, shown: shownCommand(argv) });
    if (result.exitCode !== 0 && options.check !== false) throw commandFailure(argv, result);
    return result;
  }

  async copyTo(what: HostFiles, to: string, options: CopyOptions = {}): Promise<void> {
    await sendFiles(async (argv, runOptions) => this.run(argv, runOptions), what, { ...options, to });
  }

  async copyFrom(from: string, to: string, options: CopyFromOptions = {}): Promise<void> {
    await receiveFiles(async (argv, runOptions) => this.run(argv, runOptions), { from, to }, options);
  }

  async serve(accept: (connection: Duplex) => void): Promise<GuestService> {
    const connection = await this.connected();
    const { signal } = this.#machine;
    const service = await connection.serve(accept, signal).catch((error: unknown) => {
      throw refusalFailure('sshd', 'opens no port for this host', error);
    });
    signal.throwIfAborted();
    return service ?? this.#gone(connection);
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
    const connection = await this.#made();
    await connection?.[Symbol.asyncDispose]();
  }

  async #stop(): Promise<void> {
    const connection = await this.#made();
    await this.#machine.control.stop(connection);
    connection?.close();
  }

  async #runAsRoot(argv: readonly string[], options: RunOptions & { shown?: string }): Promise<RunResult> {
    const { signal: runs } = this.#machine;
    const signal = options.signal === undefined ? runs : AbortSignal.any([runs, options.signal]);
    signal.throwIfAborted();
    const connection = await this.connected();
    const result = await runCommand(connection, quoteWords(argv), { ...options, signal });
    signal.throwIfAborted();
    return result ?? this.#gone(connection);
  }

  async #userFiles(): Promise<UserFiles> {
    const { stdout } = await this.#runAsRoot(readUsers, {});
    return parseUsers(stdout);
  }

  /** The connection that everything goes over. */
  protected async connected(): Promise<SshConnection> {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  /** The connection, if one was asked for and came about. */
  async #made(): Promise<SshConnection | undefined> {
    return this.#connection?.catch(() => undefined);
  }

  async #gone(connection: SshConnection): Promise<never> {
    const { control, spec, log } = this.#machine;
    // A command without an exit code: its server is broken, if it isn't gone.
    connection.close('its ssh server ended');
    const ended = await connection.ended;
    const reason = this.#stopped === undefined ? ((await control.lost()) ?? ended) : 'it was stopped';
    throw failure('target-lost', { target: suiteArch(spec), reason }, { log });
  }
}
