import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandName } from '../../../../src/cli/command-files.js';
import { imageKinds } from '../../../../src/base-image/image-kinds.js';
import { BuildWorkspace } from '../../workspaces/build-workspace.js';
import { executable, type Outcome } from '../../commands.js';
import { machineRemains } from '../../machine-remains.js';
import { outcomeOf, startCommand } from '../../running-command.js';
import { longOddName } from '../../workspaces/target-workspace.js';
import { standInEnvironment } from '../../virtualbox/environment.js';
import type { VirtualBoxHome } from '../../virtualbox/home.js';
import { backendSettings, type FaultyBackend } from './backend.js';
import { archiveSource, makeArchive, repositoryUrl, type OwnArchive } from '../network/archive.js';
import { asNobody } from '../harms.js';
import { FaultyNetwork } from '../network/network.js';
import { codeOnTerminal, startOnTerminal } from '../on-terminal.js';
import type { Pause } from '../calls/pause.js';
import { quickImage, quickVirtualBox } from '../making/quick-image.js';
import { SmallDisk } from '../small-disk.js';
import { killVital, upTarget, type UpTarget, type Vital } from '../up-target.js';

/** How much the script writes: an emulated processor takes its time to send it. */
const outputs: Readonly<Record<FaultyBackend, string>> = { lxc: '30M', kvm: '6M', vbox: '6M' };

/** What is installed in a target of a backend that keeps it as a layer. */
const provisions = `
multiarch: [amd64]
packages: [gitian-one]
repositories: [{source: '${archiveSource}', distribution: own, packages: [gitian-more]}]
alternatives: [{package: gitian, path: /usr/bin/gitian-one}]
`.trim();

const descriptor = (backend: FaultyBackend): string => `
name: test
distro: debian
suites: [bookworm]
architectures: [amd64]
${backend === 'vbox' ? 'packages: []' : provisions}
remotes: [{url: '${repositoryUrl}', dir: hello, commit: master}]
files: []
enable_cache: true
script: |
  trap '' TERM INT HUP
  setsid sleep 300 & disown
  ${backend === 'vbox' ? 'echo' : 'gitian'} > $OUTDIR/said
  head -c ${outputs[backend]} /dev/zero > $OUTDIR/zeros
  cp hello/hello $OUTDIR
  echo new > $GBUILD_PACKAGE_CACHE/file
`;

async function quickBase(
  backend: FaultyBackend,
): Promise<{ image: string; virtualBox: VirtualBoxHome | undefined }> {
  if (backend !== 'vbox') return { image: await quickImage(backend), virtualBox: undefined };
  const virtualBox = await quickVirtualBox();
  return { image: virtualBox.image, virtualBox };
}

/** A build that takes every step there is, on a small disk and in a network of its own, with an earlier build's results. */
export class BuildScene implements AsyncDisposable {
  readonly disk: SmallDisk;
  readonly network: FaultyNetwork;
  /** Where its packages come from. */
  readonly archive: OwnArchive;
  readonly workspace: BuildWorkspace;
  /** Another workspace with the same base image, and the same cache. */
  readonly neighbour: BuildWorkspace;
  readonly #served: string;

  readonly #backend: FaultyBackend;
  /** The stand-in's machines, where the target is one of them. */
  readonly #virtualBox: VirtualBoxHome | undefined;

  private constructor(
    backend: FaultyBackend,
    {
      disk,
      network,
      archive,
      served,
      virtualBox,
    }: {
      disk: SmallDisk;
      network: FaultyNetwork;
      archive: OwnArchive;
      served: string;
      virtualBox: VirtualBoxHome | undefined;
    },
    [workspace, neighbour]: readonly [BuildWorkspace, BuildWorkspace],
  ) {
    this.#backend = backend;
    this.disk = disk;
    this.network = network;
    this.archive = archive;
    this.workspace = workspace;
    this.neighbour = neighbour;
    this.#served = served;
    this.#virtualBox = virtualBox;
  }

  static async create(backend: FaultyBackend = 'lxc'): Promise<BuildScene> {
    const { image, virtualBox } = await quickBase(backend);
    const served = mkdtempSync(join(tmpdir(), 'gitian-fault-served-'));
    const archive = await makeArchive(served);
    const disk = new SmallDisk(backend === 'kvm' ? 3000 : 600);
    const create = async (): Promise<BuildWorkspace> => {
      const workspace = await BuildWorkspace.create([image], disk.path, longOddName);
      // Other users may look.
      chmodSync(workspace.path, 0o755);
      writeFileSync(join(workspace.path, 'test.yml'), descriptor(backend).trimStart());
      return workspace;
    };
    const workspaces = [await create(), await create()] as const;
    const network = await FaultyNetwork.start(served);
    return new BuildScene(backend, { disk, network, archive, served, virtualBox }, workspaces);
  }

  /** Starts a command in the workspace, held where `pause` says; by default the build. */
  start(
    pause?: Pause,
    command: CommandName = 'gbuild',
    args: readonly string[] = ['test.yml'],
  ): ChildProcess {
    return this.#startIn(this.workspace, { command, args, env: pause?.env ?? {} });
  }

  /** Starts a command in the workspace as a user who has nothing to do with it. */
  startAsNobody(command: CommandName, args: readonly string[]): ChildProcess {
    return this.#startIn(this.workspace, { command, args, env: { HOME: '/nonexistent' } }, asNobody);
  }

  /** Runs the build with nothing in its way. */
  async build(): Promise<Outcome> {
    return outcomeOf(this.start());
  }

  /** Runs the same build in the other workspace, with the cache as it is. */
  async buildBeside(): Promise<Outcome> {
    return outcomeOf(this.#startIn(this.neighbour, { command: 'gbuild', args: ['test.yml'], env: {} }));
  }

  /** Prepares the target anew, as another command after the build does. */
  async prepare(): Promise<Outcome> {
    const args = ['--suite', 'bookworm', '--arch', 'amd64'];
    return outcomeOf(this.start(undefined, 'make-clean-vm', args));
  }

  /** Starts the build on a terminal, which is another process; its exit code will be in {@link codeOnTerminal}. */
  startOnTerminal(pause: Pause): ChildProcess {
    return startOnTerminal([executable('gbuild'), 'test.yml'], {
      within: this.network.inside(this.workspace.path),
      env: { ...this.#environment(), ...pause.env },
      code: this.#terminalCode,
    });
  }

  /** How the build on a terminal ended, once it has. */
  async codeOnTerminal(): Promise<string> {
    return codeOnTerminal(this.#terminalCode);
  }

  /** Makes the next build ask the archive and take every step; a machine that was booted is kept. */
  emptyCache(): void {
    for (const name of ['layers', 'packages']) {
      rmSync(join(this.#cache, name), { recursive: true, force: true });
    }
  }

  /** Puts an earlier build's results where the next build's will be. */
  age(): void {
    writeFileSync(join(this.workspace.path, 'result/test-res.yml'), 'the old report');
    writeFileSync(join(this.workspace.path, 'cache/test/file'), 'old');
  }

  /** Kills a part of the target. */
  kill(what: Vital): void {
    if (this.#virtualBox === undefined) killVital(this.workspace, what);
    else this.#virtualBox.killMachine();
  }

  /** What the workspace says of the target that is up. */
  state(): UpTarget {
    return upTarget(this.workspace);
  }

  /** What is left of the workspace's target outside of the workspace. */
  async remains(): Promise<string[]> {
    const { path } = this.workspace;
    return [
      ...(await this.workspace.remains()),
      ...(this.#backend === 'kvm' ? machineRemains(path) : []),
      ...(this.#virtualBox?.processes ?? []),
    ];
  }

  /** What a failed build must not change. */
  kept(): Record<string, unknown> {
    const at = (...names: string[]): string => join(this.workspace.path, ...names);
    return {
      results: readdirSync(at('result')).filter((name) => !name.endsWith('-unfinished')),
      report: readFileSync(at('result/test-res.yml'), 'utf8'),
      clone: readFileSync(at('inputs/hello/hello'), 'utf8'),
      descriptor: readFileSync(at('test.yml'), 'utf8'),
      image: readlinkSync(at(`base-bookworm-amd64${imageKinds[this.#backend].ending}`)),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disk.heal();
    this.#virtualBox?.[Symbol.dispose]();
    await this.workspace[Symbol.asyncDispose]();
    await this.neighbour[Symbol.asyncDispose]();
    await this.network[Symbol.asyncDispose]();
    this.disk[Symbol.dispose]();
    rmSync(this.#served, { recursive: true });
  }

  get #cache(): string {
    return join(this.disk.path, 'user-cache');
  }

  get #terminalCode(): string {
    return join(this.disk.path, 'code');
  }

  #environment(): Record<string, string> {
    const { PATH = '', HOME = '' } = process.env;
    const ofStandIn = this.#virtualBox === undefined ? {} : standInEnvironment(this.#virtualBox.path);
    return { PATH, HOME, ...backendSettings[this.#backend], ...ofStandIn, GITIAN_CACHE: this.#cache };
  }

  #startIn(
    { path }: BuildWorkspace,
    { command, args, env }: { command: CommandName; args: readonly string[]; env: Record<string, string> },
    as: readonly string[] = [],
  ): ChildProcess {
    return startCommand(command, args, {
      cwd: path,
      env: { ...this.#environment(), ...env },
      within: [...this.network.inside(path), ...as],
    });
  }
}
