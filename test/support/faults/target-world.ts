import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandName } from '../../../src/cli/command-files.js';
import { baseImages } from '../base-image.js';
import { BuildWorkspace } from '../build-workspace.js';
import { CallScene, type Subject } from './call-scene.js';
import { SmallDisk } from './small-disk.js';
import { killVital, type Vital } from './up-target.js';

/** What the guest has: small files, one of megabytes, and a link. */
const guestTree =
  'mkdir -p tree/sub; seq 1000 >tree/a; head -c 3M /dev/zero >tree/sub/zeros; ln -sfn a tree/link';

/** Everything in a folder of the guest, with its content. */
const contentOf = (folder: string): string =>
  `cd ${folder} && find . -printf "%P %y %l\\n" | sort && find . -type f -exec sha256sum {} + | sort`;

/** The commands of a target's life, and their arguments. */
const lives = {
  'make-clean-vm': ['--suite', 'bookworm', '--arch', 'amd64'],
  'start-target': ['64', 'bookworm-amd64'],
  'stop-target': [],
} as const;

/** Commands for a container, on a small disk with the folders of the host that they read or change. */
export class TargetWorld implements AsyncDisposable {
  readonly #disk: SmallDisk;
  readonly #workspace: BuildWorkspace;

  private constructor(disk: SmallDisk, workspace: BuildWorkspace) {
    this.#disk = disk;
    this.#workspace = workspace;
  }

  static async create(): Promise<TargetWorld> {
    const disk = new SmallDisk(200);
    return new TargetWorld(disk, await BuildWorkspace.create(baseImages('bookworm', ['amd64']), disk.path));
  }

  /** A command that makes the folder `done` of the guest, or replaces `copied` of the host. */
  scene(command: 'on-target' | 'copy-to-target' | 'copy-from-target'): CallScene {
    const args = {
      'on-target': ['mkdir -p done; cp -r tree/. done'],
      'copy-to-target': ['work/tree', 'done'],
      'copy-from-target': ['tree', 'work/copied'],
    }[command].map((word) => word.replace(/^work/, join(this.#disk.path, 'work')));
    const subject: Subject = {
      command,
      args,
      env: { USE_LXC: '1', GITIAN_CACHE: this.#workspace.cache },
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
    };
    return new CallScene(subject, this.#disk);
  }

  /** A command that makes a target, starts it or stops it; nothing is looked at but the target. */
  lifeScene(command: keyof typeof lives): CallScene {
    const subject: Subject = {
      command,
      args: lives[command],
      env: { USE_LXC: '1', GITIAN_CACHE: this.#workspace.cache },
      cwd: this.#workspace.path,
      prepare: async (folder) => {
        mkdirSync(join(folder, 'tmp'));
        await this.#do('stop-target', []);
        if (command === 'make-clean-vm') return;
        await this.#do('make-clean-vm', lives['make-clean-vm']);
        if (command === 'stop-target') await this.#do('start-target', lives['start-target']);
      },
      see: () => ({}),
    };
    return new CallScene(subject, this.#disk);
  }

  /** What a command has made in the guest. */
  async made(): Promise<string> {
    return this.#do('on-target', [`[ ! -e done ] || { ${contentOf('done')}; }`]);
  }

  /** Kills what the target doesn't outlive; false where there is no target any more. */
  kill(what: Vital): boolean {
    if (!this.#workspace.has('var/target.json')) return false;
    killVital(this.#workspace, what);
    return true;
  }

  /** What is left of the target outside of its files, once it is stopped. */
  async remains(): Promise<string[]> {
    await this.#do('stop-target', []);
    return this.#workspace.remains();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disk.heal();
    await this.#workspace[Symbol.asyncDispose]();
    this.#disk[Symbol.dispose]();
  }

  /** A target that isn't up, or can't write any more, is made anew. */
  async #prepareGuest(): Promise<void> {
    const begin = ['on-target', [`rm -rf done tree && ${guestTree}`]] as const;
    if ((await this.#workspace.run(...begin)).exitCode === 0) return;
    await this.#do('stop-target', []);
    await this.#do('make-clean-vm', lives['make-clean-vm']);
    await this.#do('start-target', lives['start-target']);
    await this.#do(...begin);
  }

  async #do(command: CommandName, args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#workspace.run(command, args);
    if (exitCode !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout;
  }
}
