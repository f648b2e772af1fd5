import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageBackend } from '../../../src/base-image/image-kinds.js';
import type { CommandName } from '../../../src/cli/command-files.js';
import { baseImages } from '../base-image.js';
import { BuildWorkspace } from '../workspaces/build-workspace.js';
import { machineRemains } from '../machine-remains.js';
import { longOddName } from '../workspaces/target-workspace.js';
import { until } from '../until.js';
import { VirtualBoxHome } from '../virtualbox/home.js';
import { standInEnvironment } from '../virtualbox/environment.js';
import { backendSettings } from './build/backend.js';
import { CallScene, type CommandLine, type Subject } from './calls/call-scene.js';
import { OwnMounts } from './own-mounts.js';
import { PreviousBoot } from './previous-boot.js';
import type { Replacement } from './replaced-program.js';
import { SmallDisk } from './small-disk.js';
import { killVital, upTarget, type Vital } from './up-target.js';

/** What the guest has: small files, a larger one, and a link. */
const guestTree =
  'mkdir -p tree/sub; seq 1000 >tree/a; head -c 300K /dev/zero >tree/sub/zeros; ln -sfn a tree/link';

/** Everything in a folder of the guest, with its content. */
const contentOf = (folder: string): string =>
  `cd ${folder} && find . -printf "%P %y %l\\n" | sort && find . -type f -exec sha256sum {} + | sort`;

/** The commands of a target's life, and their arguments. */
const lives = {
  'make-clean-vm': ['--suite', 'bookworm', '--arch', 'amd64'],
  'start-target': ['64', 'bookworm-amd64'],
  'stop-target': [],
} as const;

const lifeCommands = Object.entries(lives).map(([command, args]): CommandLine => ({
  command: command as keyof typeof lives,
  args,
}));

/** Commands for a target, on a small disk with the folders of the host that they read or change. */
export class TargetWorld implements AsyncDisposable {
  readonly #disk: SmallDisk;
  readonly #workspace: BuildWorkspace;
  readonly #backend: ImageBackend;
  /** The stand-in's machines, where the target is one of them. */
  readonly #virtualBox: VirtualBoxHome | undefined;
  /** Where the commands of a target's life run. */
  readonly #mounts = new OwnMounts();
  /** Of the disk, when the target was made. */
  #replacements = 0;

  private constructor(
    backend: ImageBackend,
    parts: { disk: SmallDisk; workspace: BuildWorkspace; virtualBox: VirtualBoxHome | undefined },
  ) {
    this.#backend = backend;
    this.#disk = parts.disk;
    this.#workspace = parts.workspace;
    this.#virtualBox = parts.virtualBox;
  }

  static async create(backend: ImageBackend = 'lxc'): Promise<TargetWorld> {
    const disk = new SmallDisk(200);
    const virtualBox = backend === 'vbox' ? new VirtualBoxHome() : undefined;
    const images = baseImages('bookworm', ['amd64'], backend);
    const workspace = await BuildWorkspace.create(images, disk.path, longOddName);
    // Other users may look.
    chmodSync(workspace.path, 0o755);
    return new TargetWorld(backend, { disk, workspace, virtualBox });
  }

  /** A command that makes the folder `done` of the guest, or replaces `copied` of the host. */
  scene(command: 'on-target' | 'copy-to-target' | 'copy-from-target'): CallScene {
    const work = CallScene.folderOn(this.#disk);
    const args = {
      'on-target': ['mkdir -p done; cp -r tree/. done'],
      'copy-to-target': [join(work, 'tree'), 'done'],
      'copy-from-target': ['tree', join(work, 'copied')],
    }[command];
    const subject: Subject = {
      command,
      args,
      env: { ...this.#environment, GITIAN_CACHE: this.#workspace.cache },
      cwd: this.#workspace.path,
      prepare: async (folder) => {
        for (const name of ['tmp', 'tree/sub', 'copied/tree/sub'])
          mkdirSync(join(folder, name), { recursive: true });
        writeFileSync(join(folder, 'tree/a'), 'small');
        writeFileSync(join(folder, 'tree/sub/large'), Buffer.alloc(3 << 20));
        writeFileSync(join(folder, 'copied/tree/a'), 'old');
        writeFileSync(join(folder, 'copied/tree/sub/zeros'), 'old');
        cpSync(join(folder, 'tree'), join(folder, 'copied/before'), { recursive: true });
        await this.#prepareGuest();
      },
      others: lifeCommands,
    };
    return new CallScene(subject, { disk: this.#disk });
  }

  /** A command that makes a target, starts it or stops it; nothing is looked at but the target. */
  lifeScene(command: keyof typeof lives): CallScene {
    const subject: Subject = {
      command,
      args: lives[command],
      env: { ...this.#environment, GITIAN_CACHE: this.#workspace.cache },
      cwd: this.#workspace.path,
      prepare: async (folder) => {
        mkdirSync(join(folder, 'tmp'));
        await this.#do('stop-target', []);
        if (command === 'make-clean-vm') return;
        await this.#do('make-clean-vm', lives['make-clean-vm']);
        if (command === 'stop-target') await this.#do('start-target', lives['start-target']);
      },
      see: () => ({}),
      others: lifeCommands.filter((other) => other.command !== command),
    };
    return new CallScene(subject, { disk: this.#disk, place: this.#mounts });
  }

  /** What a command has made in the guest. */
  async made(): Promise<string> {
    return this.#do('on-target', [`[ ! -e done ] || { ${contentOf('done')}; }`]);
  }

  /** Kills what the target doesn't outlive; false where there is no target any more. */
  kill(what: Vital): boolean {
    if (!this.#workspace.has('var/target.json')) return false;
    if (this.#virtualBox !== undefined) return this.#virtualBox.killMachine();
    killVital(this.#workspace, what);
    return true;
  }

  /** Takes a program away from the commands of a target's life, what they start, and the session of a container that is up. */
  replaceProgram(name: string, by: Replacement): boolean {
    const sessions = this.#workspace.has('var/target.json') ? [upTarget(this.#workspace).process.pid] : [];
    return this.#mounts.replace(name, by, sessions);
  }

  /** Gives it back to all but that session. */
  restoreProgram(): void {
    this.#mounts.restore();
  }

  /** What the workspace says of its target in this instant. */
  state(): PreviousBoot {
    return PreviousBoot.of(this.#workspace.path, ['var']);
  }

  /** Waits until nothing lives of a target whose processes were killed. */
  async gone(): Promise<void> {
    await until(
      async () => this.#remainsNow(),
      (left) => left.length === 0,
    );
  }

  /** What is left of the target outside of its files, once it is stopped. */
  async remains(): Promise<string[]> {
    await this.#do('stop-target', []);
    return this.#remainsNow();
  }

  async #remainsNow(): Promise<string[]> {
    const ofMachine = this.#backend === 'kvm' ? machineRemains(this.#workspace.path) : [];
    return [...(await this.#workspace.remains()), ...ofMachine, ...(this.#virtualBox?.processes ?? [])];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disk.heal();
    await this.#workspace.run('stop-target', [], this.#environment);
    await this.#workspace[Symbol.asyncDispose]();
    this.#virtualBox?.[Symbol.dispose]();
    this.#mounts[Symbol.dispose]();
    this.#disk[Symbol.dispose]();
  }

  /** What chooses the backend, with small machines. */
  get #environment(): Record<string, string> {
    const ofStandIn = this.#virtualBox === undefined ? {} : standInEnvironment(this.#virtualBox.path);
    return { ...backendSettings[this.#backend], ...ofStandIn };
  }

  /** A target that isn't up, or can't write any more, is made anew; a machine may notice only later that it can't. */
  async #prepareGuest(): Promise<void> {
    const begin = ['on-target', [`rm -rf done tree && ${guestTree}`]] as const;
    const { replacements } = this.#disk;
    const mayWrite = this.#backend === 'lxc' || replacements === this.#replacements;
    this.#replacements = replacements;
    if (mayWrite && (await this.#workspace.run(...begin, this.#environment)).exitCode === 0) return;
    await this.#do('stop-target', []);
    await this.#do('make-clean-vm', lives['make-clean-vm']);
    await this.#do('start-target', lives['start-target']);
    await this.#do(...begin);
  }

  async #do(command: CommandName, args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#workspace.run(command, args, this.#environment);
    if (exitCode !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout;
  }
}
