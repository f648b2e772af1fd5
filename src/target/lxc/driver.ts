import { mkdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { findBaseRecord } from '../../base-record/read.js';
import { exists } from '../../core/files/exists.js';
import { failure } from '../../core/errors/gitian-error.js';
import { sha256 } from '../../core/files/hashing.js';
import { closeInheritedFiles } from '../../core/processes/inherited-files.js';
import { obtainPrivilege, runAsRoot, type Privilege } from '../../core/processes/privilege.js';
import { hostEnvironment } from '../../core/processes/process.js';
import { suiteArch, type Configuration } from '../../core/workspace.js';
import type { UsesLayers } from '../layers.js';
import type { NeedsRoot } from '../needs-root.js';
import { processIdentity } from '../../core/processes/process-identity.js';
import { fits } from '../../core/shape.js';
import { makeBaseCommand, specProblems, targetNotPrepared, targetRunning } from '../refusals.js';
import { liveState, processLives, type TargetState } from '../state.js';
import type {
  AttachPurpose,
  BaseImage,
  Probe,
  StartedTarget,
  TargetDriver,
  TargetFeatures,
  TargetHost,
  TargetSpec,
} from '../target.js';
import { containerName, isNoted } from './container.js';
import { foundSession } from './session/found-session.js';
import { hasItsLayer, linkLayer } from './layer-link.js';
import { freshFolder } from './prepare.js';
import { probe } from './probe.js';
import { startContainer, type PreparedContainer } from './start.js';
import { LxcTarget, type RunningContainer } from './started-target.js';

/** What slirp4netns calls the host. */
const hostInOwnNetwork = '10.0.2.2';

/** Targets that are Linux containers. */
export function lxcDriver(host: TargetHost): TargetDriver {
  return new LxcDriver(host);
}

class LxcDriver implements TargetDriver, NeedsRoot, UsesLayers {
  readonly name = 'lxc';
  readonly features: TargetFeatures;
  readonly #host: TargetHost;
  #privilege: Promise<Privilege> | undefined;

  constructor(host: TargetHost) {
    this.#host = host;
    closeInheritedFiles();
    const { bridge, hostAddress } = host.settings;
    this.features = {
      hostAddress: bridge === undefined ? hostInOwnNetwork : hostAddress,
      makeBaseOption: '--lxc',
      baseImageEnding: '',
      cutsNetwork: true,
    };
  }

  async probe(architectures: readonly string[] = []): Promise<Probe> {
    const path = hostEnvironment()['PATH'] ?? '';
    return probe({ path, bridged: this.#host.settings.bridge !== undefined, architectures });
  }

  validate(spec: TargetSpec): readonly string[] {
    return specProblems(spec, { what: 'a container', leastMemory });
  }

  async base(configuration: Configuration): Promise<BaseImage | undefined> {
    const path = this.#host.workspace.baseImage(configuration);
    return (await exists(path)) ? { path, digest: (await findBaseRecord(path))?.image.sha256 } : undefined;
  }

  async obtainRoot(): Promise<Disposable> {
    return (await this.#root('starting a container')).keepAwake();
  }

  async prepare(spec: TargetSpec): Promise<void> {
    await this.#existingBase(spec);
    await using running = await this.attach('stop');
    await running?.stop();
    const { workspace, signal } = this.#host;
    await freshFolder(workspace.target(spec), await this.#root('making a container pristine'), signal);
  }

  async isPrepared(configuration: Configuration): Promise<boolean> {
    const folder = this.#host.workspace.target(configuration);
    return (await exists(folder)) && (await hasItsLayer(folder));
  }

  async layerFacts(): Promise<Readonly<Record<string, string>>> {
    // With a bridge the target has the host's name servers from the moment that it is made.
    const { bridge } = this.#host.settings;
    if (bridge === undefined) return {};
    return { resolver: sha256(await readFile('/etc/resolv.conf').catch(() => '')) };
  }

  async prepareFrom(spec: TargetSpec, layer: string): Promise<void> {
    await this.prepare(spec);
    await linkLayer(this.#host.workspace.target(spec), layer);
  }

  async copyLayer(from: string, to: string): Promise<void> {
    const { signal } = this.#host;
    await mkdir(to);
    const args = ['-a', '--reflink=auto', '--one-file-system', '--', join(from, 'upper'), `${to}/`];
    await runAsRoot({ program: 'cp', args, signal }, await this.#root('keeping a layer'));
  }

  async start(spec: TargetSpec): Promise<StartedTarget> {
    return this.#start(spec, {});
  }

  async #start(spec: TargetSpec, { offline }: Pick<PreparedContainer, 'offline'>): Promise<StartedTarget> {
    const running = await liveState(this.#host.workspace, isUp);
    if (running !== undefined) throw targetRunning(running.spec);
    const base = await this.#existingBase(spec);
    if (!(await this.isPrepared(spec))) throw targetNotPrepared(spec);
    const world = { host: this.#host, privilege: await this.#root('starting a container') };
    return startContainer({ spec, name: await this.#containerName(), base, offline }, world);
  }

  async attach(purpose: AttachPurpose = 'use'): Promise<StartedTarget | undefined> {
    const state = await liveState(this.#host.workspace, isUp);
    if (state?.backend !== this.name) return undefined;
    const details = detailsOf(state);
    if (details === undefined) return undefined;
    const privilege = await this.#root(purposes[purpose]);
    const restart = async (): Promise<StartedTarget> => this.#start(state.spec, { offline: true });
    const world = { host: this.#host, privilege, restart, detached: true };
    const container = { ...details, spec: state.spec };
    return new LxcTarget(container, world, foundSession(details.name, privilege));
  }

  async #existingBase(spec: TargetSpec): Promise<string> {
    const base = await this.base(spec);
    if (base !== undefined) return base.path;
    const command = makeBaseCommand(spec, this.features);
    throw failure('base-image-missing', { path: `base-${suiteArch(spec)}`, command });
  }

  /** Asked for anew each time, because sudo may have forgotten the password; but by one call at a time. */
  async #root(what: string): Promise<Privilege> {
    const { emit, signal } = this.#host;
    this.#privilege ??= obtainPrivilege(what, emit).finally(() => {
      this.#privilege = undefined;
    });
    return this.#privilege.catch((error: unknown) => {
      // Whoever is interrupted at sudo's question has refused nothing.
      signal.throwIfAborted();
      throw error;
    });
  }

  async #containerName(): Promise<string> {
    return containerName(await realpath(this.#host.workspace.root));
  }
}

const purposes: Readonly<Record<AttachPurpose, string>> = {
  use: 'reaching the container that is up',
  stop: 'stopping the container that is up',
};

/** In MiB; with less not even apt runs. */
const leastMemory = 64;

/**
 * Whether a target lives and, where it is a container, its session says the same of it: what root is going to do with
 * these processes isn't for somebody to say who may write in the workspace.
 */
async function isUp(state: TargetState): Promise<boolean> {
  if (!(await processLives(state))) return false;
  if (state.backend !== 'lxc') return true;
  const details = detailsOf(state);
  return details !== undefined && (await isNoted(details));
}

function detailsOf({ process, details }: TargetState): Omit<RunningContainer, 'spec'> | undefined {
  const { name, init } = details;
  if (process === undefined || typeof name !== 'string' || !fits(init, processIdentity)) return undefined;
  return { name, init, session: process };
}
