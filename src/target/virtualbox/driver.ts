import { findBaseRecord, readBaseRecord } from '../../base-record/read.js';
import { exists } from '../../core/files/exists.js';
import { failure, isFailure } from '../../core/errors/gitian-error.js';
import { makeFolder } from '../../core/files/make-folder.js';
import { writeOver } from '../../core/files/write-over.js';
import { suiteArch, type Configuration } from '../../core/workspace.js';
import { makeBaseCommand, specProblems, targetNotPrepared, targetRunning } from '../refusals.js';
import { liveState, removeState, type TargetState } from '../state.js';
import { SshConnection } from '../ssh/connection.js';
import { MachineTarget } from '../ssh/machine-target.js';
import type {
  BaseImage,
  Probe,
  StartedTarget,
  TargetDriver,
  TargetFeatures,
  TargetHost,
  TargetSpec,
} from '../target.js';
import { logIn } from './log-in.js';
import { machineControl } from './machine-control.js';
import { isUp, type MachineInfo } from './vboxmanage/machine-info.js';
import { cleanSnapshot, machineName } from './vboxmanage/machine-name.js';
import { probe } from './probe.js';
import { putBack, resize } from './put-back.js';
import { startMachine } from './start.js';
import { stopMachine } from './stop-machine.js';
import { VBoxMachine, virtualBoxVersion } from './vboxmanage/vboxmanage.js';
import { isAtLeast, versionOf } from './vboxmanage/version.js';
import { inUse, isNotedUser, noteUser } from './who-uses.js';

/** Targets that are VirtualBox machines: one for each configuration, which all of a user's workspaces share. */
export function virtualBoxDriver(host: TargetHost): TargetDriver {
  return new VirtualBoxDriver(host);
}

class VirtualBoxDriver implements TargetDriver {
  readonly name = 'vbox';
  readonly features: TargetFeatures = {
    hostAddress: '10.0.2.2',
    makeBaseOption: '--vbox',
    baseImageEnding: '.vdi',
  };
  readonly #host: TargetHost;

  constructor(host: TargetHost) {
    this.#host = host;
  }

  async probe(): Promise<Probe> {
    return probe();
  }

  validate(spec: TargetSpec): readonly string[] {
    return specProblems(spec, { what: 'a VirtualBox machine', leastMemory });
  }

  async base(configuration: Configuration): Promise<BaseImage | undefined> {
    const path = this.#disk(configuration);
    if (await exists(path)) return { path, digest: (await findBaseRecord(path))?.image.sha256 };
    const info = await this.#machine(configuration)
      .info()
      .catch((error: unknown) => {
        if (isFailure(error, 'tool-missing')) return undefined;
        throw error;
      });
    // Made by hand: there is a machine, and no disk of ours.
    return info?.snapshots.includes(cleanSnapshot) === true ? { path, digest: undefined } : undefined;
  }

  async prepare(spec: TargetSpec): Promise<void> {
    const { workspace, signal, emit } = this.#host;
    const machine = this.#machine(spec);
    const info = await this.#existing(spec, machine);
    await this.#beginLog();
    await this.#stopOwn();
    if (isUp(info)) await this.#takeOver(machine);
    signal.throwIfAborted();
    await putBack(machine, spec, { byHand: !(await exists(this.#disk(spec))), emit });
    await noteUser(machine, workspace);
    signal.throwIfAborted();
  }

  async isPrepared(configuration: Configuration): Promise<boolean> {
    return isNotedUser(this.#machine(configuration), this.#host.workspace);
  }

  async start(spec: TargetSpec): Promise<StartedTarget> {
    const { signal, emit } = this.#host;
    const running = await this.#upNow();
    if (running !== undefined) throw targetRunning(running.spec);
    const machine = this.#machine(spec);
    const info = await this.#existing(spec, machine);
    if (!(await this.isPrepared(spec))) throw targetNotPrepared(spec);
    signal.throwIfAborted();
    await this.#beginLog();
    if (isUp(info)) await this.#takeOver(machine);
    // One that was made by hand keeps what it has, which was said when it was put back.
    if (await exists(this.#disk(spec))) await resize(machine, { info, spec }, emit);
    const hostKey = (await readBaseRecord(this.#disk(spec)))?.machine?.hostKey;
    const version = versionOf((await virtualBoxVersion()) ?? '');
    const guardsLoopback = version !== undefined && isAtLeast(version, [7, 0]);
    return startMachine(spec, { machine, info, hostKey, guardsLoopback }, this.#host);
  }

  async attach(): Promise<StartedTarget | undefined> {
    const state = await this.#upNow();
    const port = state?.details['port'];
    if (state?.backend !== this.name || typeof port !== 'number') return undefined;
    const { workspace, signal } = this.#host;
    const { spec } = state;
    const machine = this.#machine(spec);
    const hostKey = (await readBaseRecord(this.#disk(spec)))?.machine?.hostKey;
    const connect = async (): Promise<SshConnection> => {
      const connection = await logIn({ machine, port, hostKey, patience: attachPatience, workspace, signal });
      if (connection instanceof SshConnection) return connection;
      throw failure(
        'target-lost',
        { target: suiteArch(spec), reason: connection.reason },
        { log: workspace.targetLog },
      );
    };
    const control = machineControl(machine, workspace, undefined);
    const log = workspace.targetLog;
    return new MachineTarget({ spec, connection: connect, control, signal, log, detached: true });
  }

  /** Ends this workspace's target if it is up; its guest need not answer. */
  async #stopOwn(): Promise<void> {
    const state = await this.#upNow();
    if (state?.backend !== this.name) return;
    await stopMachine(this.#machine(state.spec));
    await removeState(this.#host.workspace);
  }

  /** The state of this workspace's target, if that is up: VirtualBox is asked for its own. */
  async #upNow(): Promise<TargetState | undefined> {
    return liveState(this.#host.workspace, async ({ backend, spec, details }) => {
      if (backend !== this.name) return true;
      const info = await this.#machine(spec).info();
      return info !== undefined && isUp(info) && info.uuid === details['uuid'];
    });
  }

  /** A machine that is up without a state of ours was left by a command that was killed, or is somebody else's. */
  async #takeOver(machine: VBoxMachine): Promise<void> {
    const info = await machine.info();
    if (info === undefined || !isUp(info)) return;
    if (await isNotedUser(machine, this.#host.workspace)) {
      await stopMachine(machine);
      return;
    }
    throw await inUse(machine, this.#host.workspace, {
      reason: 'it was started by another program',
      hint: `VBoxManage controlvm ${machine.name} savestate`,
    });
  }

  async #existing(spec: TargetSpec, machine: VBoxMachine): Promise<MachineInfo> {
    const info = await machine.info();
    if (info !== undefined) return info;
    const command = makeBaseCommand(spec, this.features);
    const disk = `base-${suiteArch(spec)}.vdi`;
    throw (await exists(this.#disk(spec)))
      ? failure('machine-missing', { machine: machine.name, disk, command })
      : failure('base-image-missing', { path: disk, command });
  }

  async #beginLog(): Promise<void> {
    const { workspace } = this.#host;
    await makeFolder(workspace.var);
    writeOver(workspace.targetLog, '');
  }

  #machine(configuration: Configuration): VBoxMachine {
    return new VBoxMachine(machineName(configuration), this.#host.workspace.targetLog);
  }

  #disk(configuration: Configuration): string {
    return this.#host.workspace.baseImage(configuration, this.features.baseImageEnding);
  }
}

/** In MiB; with less no kernel of today boots. */
const leastMemory = 128;

/** How long a guest that is up may take to answer, in milliseconds. */
const attachPatience = 30_000;
