import { findBaseRecord } from '../../base-record/read.js';
import { exists } from '../../core/files/exists.js';
import { failure } from '../../core/errors/gitian-error.js';
import { closeInheritedFiles } from '../../core/processes/inherited-files.js';
import { hostEnvironment, run } from '../../core/processes/process.js';
import { suiteArch, type Configuration } from '../../core/workspace.js';
import type { UsesLayers } from '../layers.js';
import { connectSsh } from '../ssh/connect.js';
import type { SshConnection } from '../ssh/connection.js';
import { MachineTarget } from '../ssh/machine-target.js';
import { workspaceAddress } from '../ssh/workspace-address.js';
import { makeBaseCommand, specProblems, targetNotPrepared, targetRunning } from '../refusals.js';
import { liveState, processLives, type TargetState } from '../state.js';
import type {
  BaseImage,
  Probe,
  StartedTarget,
  TargetDriver,
  TargetFeatures,
  TargetHost,
  TargetSpec,
} from '../target.js';
import {
  accelerationFacts,
  chooseAcceleration,
  isAcceleration,
  type Acceleration,
} from './qemu/acceleration.js';
import { baseFiles, imageEnding, machineRecord, missingFiles, type MachineRecord } from './base-files.js';
import { foundControl } from './machine-control.js';
import { dropLayer, hasItsLayer, linkLayer } from './layer-files.js';
import { freshOverlay } from './overlay.js';
import { chooseNetwork } from './own-network.js';
import { probe } from './probe.js';
import type { QemuNetwork } from './qemu/qemu-network.js';
import { qemuName, qemuProgram, type QemuProgram } from './qemu/qemu-program.js';
import { foundRunFolder, removeAbandonedFolders, type RunFolder } from './run-folder.js';
import { stateFiles } from './saved/saved-state.js';
import type { Startable } from './qemu/startable.js';
import { SecondTry } from './second-try.js';
import { startMachine } from './start.js';
import { watchSession } from './watch-session.js';
import { stateName } from './saved/state-name.js';

/** Targets that are virtual machines of QEMU. */
export function kvmDriver(host: TargetHost): TargetDriver {
  return new KvmDriver(host);
}

class KvmDriver implements TargetDriver, UsesLayers {
  readonly name = 'kvm';
  readonly features: TargetFeatures = {
    hostAddress: '10.0.2.2',
    cutsNetwork: true,
    makeBaseOption: '',
    baseImageEnding: imageEnding,
  };
  readonly #host: TargetHost;
  readonly #programs = new Map<string, Promise<QemuProgram>>();
  #acceleration: Promise<Acceleration> | undefined;
  #network: Promise<QemuNetwork> | undefined;

  constructor(host: TargetHost) {
    this.#host = host;
    closeInheritedFiles();
  }

  async probe(): Promise<Probe> {
    const path = hostEnvironment()['PATH'] ?? '';
    return probe({ platform: process.platform, path, program: this.#host.settings.qemu });
  }

  validate(spec: TargetSpec): readonly string[] {
    const problems = specProblems(spec, { what: 'a machine', leastMemory });
    if (spec.processors > mostProcessors)
      problems.push(`${String(spec.processors)} processors are more than ${String(mostProcessors)}`);
    return problems;
  }

  async base(configuration: Configuration): Promise<BaseImage | undefined> {
    const { image } = baseFiles(this.#host.workspace, configuration);
    return (await exists(image))
      ? { path: image, digest: (await findBaseRecord(image))?.image.sha256 }
      : undefined;
  }

  async prepare(spec: TargetSpec): Promise<void> {
    const { image } = await this.#existingBase(spec);
    await using running = await this.attach();
    await running?.stop();
    // A start follows as a rule, which needs to know.
    this.#program(await machineRecord(image, spec)).catch(() => undefined);
    const disk = this.#disk(spec);
    await dropLayer(disk);
    await freshOverlay(disk, image, this.#host.signal);
  }

  async isPrepared(configuration: Configuration): Promise<boolean> {
    const disk = this.#disk(configuration);
    return (await exists(disk)) && (await hasItsLayer(disk));
  }

  async layerFacts(spec: TargetSpec): Promise<Readonly<Record<string, string>>> {
    return { machine: await stateName(await this.#startable(spec)) };
  }

  async prepareFrom(spec: TargetSpec, layer: string): Promise<void> {
    await this.prepare(spec);
    const disk = this.#disk(spec);
    await freshOverlay(disk, stateFiles(layer).disk, this.#host.signal);
    await linkLayer(disk, layer);
  }

  async copyLayer(from: string, to: string): Promise<void> {
    const args = ['-a', '--reflink=auto', '--sparse=always', '-T', '--', from, to];
    await run({ program: 'cp', args, signal: this.#host.signal });
  }

  async start(spec: TargetSpec): Promise<StartedTarget> {
    const running = await this.#upNow();
    if (running !== undefined) throw targetRunning(running.spec);
    const startable = await this.#startable(spec);
    if (!(await this.isPrepared(spec))) throw targetNotPrepared(spec);
    return startMachine(startable);
  }

  async attach(): Promise<StartedTarget | undefined> {
    const state = await this.#upNow();
    const found = state?.backend === this.name ? await this.#found(state) : undefined;
    if (state === undefined || found === undefined) return undefined;
    const { workspace, signal } = this.#host;
    const { spec } = state;
    const control = foundControl(found.folder, workspace, () => standingStill(spec));
    const connect = async (): Promise<SshConnection> => this.#connect(state, found);
    const log = workspace.targetLog;
    return new MachineTarget({ spec, connection: connect, control, signal, log, detached: true });
  }

  async #startable(spec: TargetSpec): Promise<Startable> {
    const host = this.#host;
    const files = await this.#existingBase(spec);
    const record = await machineRecord(files.image, spec);
    const qemu = await this.#program(record);
    this.#acceleration ??= this.#accelerate();
    this.#network ??= chooseNetwork(host);
    const [acceleration, network] = await Promise.all([this.#acceleration, this.#network]);
    return { spec, files, record, qemu, acceleration, network, host };
  }

  /** Its port may be another machine's as soon as it has ended, of the same image perhaps, which has the same key. */
  async #connect({ spec }: TargetState, { folder, port }: FoundMachine): Promise<SshConnection> {
    const { workspace } = this.#host;
    using session = watchSession(folder);
    const ended = new AbortController();
    const lost = (reason: string): Error =>
      failure('target-lost', { target: suiteArch(spec), reason }, { log: workspace.targetLog });
    void session.over.then(() => {
      ended.abort(lost('its QEMU ended'));
    });
    using _secondTry = new SecondTry(folder, (reason) => {
      ended.abort(standingStill(spec, reason));
    });
    const signal = AbortSignal.any([this.#host.signal, ended.signal]);
    const { image } = baseFiles(workspace, spec);
    const { hostKey } = await machineRecord(image, spec);
    const address = await workspaceAddress(workspace, { port, hostKey });
    const outcome = await connectSsh(address, { milliseconds: attachPatience, signal });
    if (outcome.kind === 'connected') return outcome.connection;
    throw lost(outcome.reason);
  }

  /** The state of this workspace's target, if that is up; what sessions that were killed have left is removed. */
  async #upNow(): Promise<TargetState | undefined> {
    await removeAbandonedFolders(this.#host.settings.runtime);
    return liveState(this.#host.workspace, async (state) => {
      if (!(await processLives(state))) return false;
      return state.backend !== this.name || (await this.#found(state)) !== undefined;
    });
  }

  /** What a state says of a machine, where its session says the same. */
  async #found({ details }: TargetState): Promise<FoundMachine | undefined> {
    const { folder: path, port } = details;
    if (typeof path !== 'string' || typeof port !== 'number') return undefined;
    const folder = await foundRunFolder(path, this.#host.workspace.targetState);
    return folder === undefined ? undefined : { folder, port };
  }

  async #program({ is64Bit }: MachineRecord): Promise<QemuProgram> {
    const name = this.#host.settings.qemu ?? qemuName(is64Bit);
    const asked = this.#programs.get(name) ?? qemuProgram(name);
    this.#programs.set(name, asked);
    return asked;
  }

  async #accelerate(): Promise<Acceleration> {
    const asked = this.#host.settings.acceleration;
    if (asked !== undefined && !isAcceleration(asked)) {
      throw failure('usage-bad-value', { what: 'GITIAN_ACCEL', value: asked, expected: 'kvm or tcg' });
    }
    const { acceleration, kind, text } = chooseAcceleration(await accelerationFacts(), asked);
    this.#host.emit({ kind, text });
    return acceleration;
  }

  #disk(configuration: Configuration): string {
    return this.#host.workspace.target(configuration, imageEnding);
  }

  async #existingBase(spec: TargetSpec): Promise<ReturnType<typeof baseFiles>> {
    const files = baseFiles(this.#host.workspace, spec);
    const missing = (await exists(files.image)) ? await missingFiles(files) : [files.image];
    if (missing[0] === undefined) return files;
    const path = missing[0].slice(this.#host.workspace.root.length + 1);
    throw failure('base-image-missing', { path, command: makeBaseCommand(spec, this.features) });
  }
}

function standingStill(spec: TargetSpec, reason?: string): Error {
  return failure('target-stands-still', { target: suiteArch(spec), reason });
}

/** In MiB; with less the kernel and its RAM disk don't fit. */
const leastMemory = 128;

/** What QEMU's machine can have. */
const mostProcessors = 255;

/** A machine that another process has left up. */
interface FoundMachine {
  readonly folder: RunFolder;
  readonly port: number;
}

/** How long a machine that is up may take to answer, in milliseconds. */
const attachPatience = 60_000;
