import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { GitianEvent } from '../../../src/core/events.js';
import { Workspace } from '../../../src/core/workspace.js';
import { makeDriver } from '../../../src/target/registry.js';
import type {
  BackendName,
  TargetDriver,
  TargetHost,
  TargetSettings,
  TargetSpec,
} from '../../../src/target/target.js';
import { filesOfImage, machineStates } from '../base-image.js';

/** A folder name with every character that has broken a tool before. */
export const oddName = `gitian o'dd "na,me": \\ $x *ü-`;

/** The same of 200 characters, with six that make it unique. */
export const longOddName = oddName.padEnd(194, 'n');

/** A small target. */
export const spec: TargetSpec = {
  suite: 'bookworm',
  architecture: 'amd64',
  distro: 'debian',
  memory: 500,
  processors: 1,
};

/** A workspace for a driver: a folder of its own with base images in it, and what drivers are made with. */
export class TargetWorkspace implements AsyncDisposable {
  readonly root: string;
  readonly workspace: Workspace;
  readonly events: GitianEvent[] = [];
  readonly #backend: BackendName;
  readonly #interruption = new AbortController();

  private constructor(root: string, backend: BackendName) {
    this.root = root;
    this.workspace = new Workspace(root);
    this.#backend = backend;
  }

  /** `images` are base images; a second name for each is put into the folder, or a link where that can't be. `name` may be a path. */
  static async create(
    backend: BackendName,
    images: readonly string[],
    name = oddName,
  ): Promise<TargetWorkspace> {
    const root = await realpath(await mkdtemp(resolve(tmpdir(), name)));
    for (const image of images) {
      for (const { file, place } of filesOfImage(image)) {
        const to = join(root, place);
        if (existsSync(to)) continue;
        await mkdir(dirname(to), { recursive: true });
        await link(file, to).catch(async () => symlink(file, to));
      }
    }
    return new TargetWorkspace(root, backend);
  }

  /** A driver that knows nothing of others, as in another process. */
  async driver(
    settings: Partial<TargetSettings> = {},
    signal: AbortSignal = this.#interruption.signal,
  ): Promise<TargetDriver> {
    return makeDriver(this.#backend, this.host(settings, signal));
  }

  host(settings: Partial<TargetSettings> = {}, signal: AbortSignal = this.#interruption.signal): TargetHost {
    return {
      workspace: this.workspace,
      emit: (event) => this.events.push(event),
      signal,
      settings: {
        bridge: undefined,
        guestAddress: '10.0.2.5',
        hostAddress: '10.0.2.2',
        reachesHostLoopback: false,
        hostPort: undefined,
        privileged: false,
        qemu: undefined,
        acceleration: undefined,
        cache: machineStates,
        runtime: undefined,
        ...settings,
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const driver = await this.driver();
    await (await driver.attach())?.stop();
    await rm(this.root, { recursive: true, force: true });
  }
}
