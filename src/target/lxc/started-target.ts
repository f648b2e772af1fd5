import type { Duplex } from 'node:stream';
import { failure } from '../../core/errors/gitian-error.js';
import type { Privilege } from '../../core/processes/privilege.js';
import { lastLine } from '../../core/processes/process.js';
import { suiteArch } from '../../core/workspace.js';
import { commandFailure } from '../command-failure.js';
import type { CutsNetwork } from '../cuts-network.js';
import { guestArguments } from '../guest-command.js';
import { homeOf } from '../guest-environment.js';
import type { GuestService, ServesGuest } from '../guest-service.js';
import { GuestUsers, parseUsers, readUsers, type UserFiles } from '../guest-users.js';
import type { SealedLayer, SealsLayer } from '../layers.js';
import { isAlive, type ProcessIdentity } from '../../core/processes/process-identity.js';
import { removeState } from '../state.js';
import type { TakenDirectory, TakesFiles } from '../taken-files.js';
import type {
  CopyFromOptions,
  CopyOptions,
  HostFiles,
  RunOptions,
  RunResult,
  StartedTarget,
  TargetHost,
  TargetSpec,
} from '../target.js';
import { attachArguments, staysInTerminal } from './attach.js';
import { cutNetwork } from './cut-network.js';
import { foundSession } from './session/found-session.js';
import { makeLayerFolder } from './layer-link.js';
import { runPrivileged } from './files/privileged-run.js';
import { putFiles } from './files/put.js';
import { serveContainer } from './session/serve.js';
import type { SessionControl } from './session/session-control.js';
import { takeFolders } from './files/take.js';

/** What a container that is up is known by. */
export interface RunningContainer {
  readonly name: string;
  readonly spec: TargetSpec;
  readonly init: ProcessIdentity;
  /** The process that holds it up. */
  readonly session: ProcessIdentity;
}

/** What a container lives in. */
export interface ContainerWorld {
  readonly host: TargetHost;
  readonly privilege: Privilege;
  /** Starts a container with the same files again, but without a network, once this one has stopped. */
  readonly restart: () => Promise<StartedTarget>;
  /** The guest's files of users when it came up, where that is known. */
  readonly users?: UserFiles | undefined;
  /** Whether it stays up when this process ends. */
  readonly detached: boolean;
}

/** A container that is up. */
export class LxcTarget implements StartedTarget, CutsNetwork, SealsLayer, ServesGuest, TakesFiles {
  readonly #container: RunningContainer;
  readonly #host: TargetHost;
  readonly #privilege: Privilege;
  readonly #restart: () => Promise<StartedTarget>;
  #session: SessionControl;
  readonly #users: GuestUsers;
  readonly #services: GuestService[] = [];
  readonly #awake: Disposable;
  #detached: boolean;
  #stopped: Promise<void> | undefined;

  constructor(container: RunningContainer, world: ContainerWorld, session: SessionControl) {
    this.#container = container;
    this.#host = world.host;
    this.#privilege = world.privilege;
    this.#restart = world.restart;
    this.#session = session;
    this.#detached = world.detached;
    this.#awake = this.#privilege.keepAwake();
    this.#users = new GuestUsers(async () => this.#userFiles(), world.users);
  }

  get spec(): TargetSpec {
    return this.#container.spec;
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const userName = options.user ?? this.spec.distro;
    const user = await this.#users.find(userName);
    const inside = guestArguments({ argv, userName, user, env: options.env ?? {} });
    const result = await this.#attach(inside, options);
    if (result.exitCode !== 0 && options.check !== false) throw commandFailure(argv, result);
    return result;
  }

  async copyTo(what: HostFiles, to: string, options: CopyOptions = {}): Promise<void> {
    if (await this.#put(what, to, options)) return;
    // Loaded only where files go through a stream.
    const { sendFiles } = await import('../transfer.js');
    await sendFiles(async (argv, runOptions) => this.run(argv, runOptions), what, { ...options, to });
  }

  async copyFrom(from: string, to: string, options: CopyFromOptions = {}): Promise<void> {
    const { receiveFiles } = await import('../transfer.js');
    await receiveFiles(async (argv, runOptions) => this.run(argv, runOptions), { from, to }, options);
  }

  async serve(accept: (connection: Duplex) => void): Promise<GuestService> {
    const { name, init } = this.#container;
    const container = { name, init, privilege: this.#privilege };
    const service = await serveContainer(container, accept).catch(async (error: unknown) => {
      throw (await isAlive(init)) ? error : this.#gone();
    });
    this.#services.push(service);
    return service;
  }

  async takeFrom(directories: readonly TakenDirectory[]): Promise<void> {
    const { signal, workspace } = this.#host;
    signal.throwIfAborted();
    const folder = workspace.target(this.spec);
    const home = homeOf(this.spec.distro);
    const taken = await takeFolders({ folder, home, session: this.#session }, directories);
    await this.stop();
    if (taken) return;
    signal.throwIfAborted();
    // Its programs are the guest's, whose network may have been cut.
    await using again = await this.#restart();
    for (const { from, to } of directories) await again.copyFrom(from, to);
  }

  async seal(): Promise<SealedLayer> {
    this.#host.signal.throwIfAborted();
    const folder = await makeLayerFolder(this.#host.workspace.target(this.spec));
    const bytes = await this.#session.seal();
    await this.stop();
    this.#host.signal.throwIfAborted();
    if (bytes === undefined) throw this.#gone();
    return { folder, bytes };
  }

  async cutNetwork(): Promise<AsyncDisposable> {
    const { init } = this.#container;
    try {
      return await cutNetwork(init, this.#privilege);
    } catch (error) {
      throw (await isAlive(init)) ? error : this.#gone();
    }
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async detach(): Promise<void> {
    if (this.#detached) return;
    if (!(await this.#session.detach())) throw this.#gone();
    this.#detached = true;
    this.#session = foundSession(this.#container.name, this.#privilege);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#awake[Symbol.dispose]();
    if (!this.#detached) await this.stop();
  }

  async #put(what: HostFiles, to: string, options: CopyOptions): Promise<boolean> {
    if (what.followLinks === true) return false;
    const userName = options.user ?? this.spec.distro;
    const user = await this.#users.find(userName);
    const place = { init: this.#container.init, home: homeOf(userName), to, user };
    return putFiles(what, place, { privilege: this.#privilege, signal: this.#signal(options.signal) });
  }

  #signal(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#host.signal : AbortSignal.any([this.#host.signal, signal]);
  }

  async #stop(): Promise<void> {
    this.#awake[Symbol.dispose]();
    for (const service of this.#services) await service[Symbol.asyncDispose]();
    if (!(await this.#session.stop())) {
      const { spec, session } = this.#container;
      throw failure('target-stuck', { target: suiteArch(spec), process: session.pid });
    }
    await removeState(this.#host.workspace);
  }

  /** Runs something as root of the container. Whatever ended with it, when that is gone, is `target-lost`. */
  async #attach(inside: readonly string[], options: RunOptions): Promise<RunResult> {
    const signal = this.#signal(options.signal);
    const { stdin, stdout, stderr, leavesDaemons } = options;
    const result = await runPrivileged(
      {
        program: 'lxc-attach',
        args: attachArguments(this.#container.name, inside),
        inForeground: staysInTerminal(options),
        ...(stdin === undefined ? {} : { stdin }),
        ...(stdout === undefined ? {} : { stdout }),
        ...(stderr === undefined ? {} : { stderr }),
        ...(leavesDaemons === undefined ? {} : { leavesDaemons }),
        signal,
      },
      this.#privilege,
    );
    if (result.exitCode === 0) return result;
    if (!(await isAlive(this.#container.init))) throw this.#gone();
    // The program has no exit code of its own, but says its name first.
    if (!result.stderr.startsWith('lxc-attach: ')) return result;
    const words = lastLine(result.stderr).replace(/^lxc-attach: /, '');
    throw failure('process-failed', { program: 'lxc-attach', outcome: 'failed', words }).withHint(
      'lxc-attach --version; apt-get install --reinstall lxc',
    );
  }

  async #userFiles(): Promise<UserFiles> {
    return parseUsers((await this.#attach(readUsers, {})).stdout);
  }

  #gone(): Error {
    const stopped = this.#stopped !== undefined;
    const lost = this.#session.lost === 'network' ? 'its network ended' : 'its processes were ended';
    const target = suiteArch(this.spec);
    const reason = stopped ? 'it was stopped' : lost;
    return failure('target-lost', { target, reason }, { log: this.#host.workspace.targetLog });
  }
}
