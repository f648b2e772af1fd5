import { execFileSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { baseImages } from '../../base-image.js';
import { isRunning, readIfThere } from '../../processes.js';
import { standInEnvironment, standInFolder } from '../../virtualbox/environment.js';
import { makingEnvironment, makingWords, startMaking, stillMaking } from '../../workspaces/making-image.js';
import { longOddName } from '../../workspaces/target-workspace.js';
import { ImageFolder, leftInVar, namesIn } from '../making/image-folder.js';
import { Stations } from '../making/stations.js';
import { codeOnTerminal, startOnTerminal } from '../on-terminal.js';
import { SmallDisk } from '../small-disk.js';

const machine = 'Gitian-bookworm-amd64';

/** make-base-vm for the stand-in for VirtualBox, with an image that is there in seconds: what is struck is the registration of its machine. */
export class RegisteringScene implements Disposable {
  /** Has the workspace. */
  readonly disk = new SmallDisk(900);
  /** Has what the stand-in knows, and its machines. */
  readonly machines = new SmallDisk(1800);
  /** Its name would be an option, where names are taken for those. */
  readonly workspace = new ImageFolder(join(this.disk.path, `-${longOddName}`), {
    // The mark of a registration is hidden.
    image: /^\.?base-bookworm-amd64/,
    inVar: [...leftInVar, 'target.log'],
  });
  readonly stations = new Stations(['VBoxManage', 'tar']);
  readonly #folder = mkdtempSync(join(tmpdir(), 'gitian-fault-registering-'));
  readonly #image: string;

  constructor() {
    [this.#image = ''] = baseImages('bookworm', ['amd64'], 'vbox');
    mkdirSync(this.#programs);
    this.#play();
    this.showVBoxManage();
    for (const folder of [this.#folder, this.#programs]) chmodSync(folder, 0o755);
    mkdirSync(this.path);
    writeFileSync(join(this.path, 'base-bookworm-i386.vdi'), 'an earlier one');
    this.forget();
  }

  /** Where images are made. */
  get path(): string {
    return this.workspace.path;
  }

  /** Starts make-base-vm, here or elsewhere, after words that start it as another user. */
  start({
    as = [],
    path = this.path,
  }: { readonly as?: readonly string[]; readonly path?: string } = {}): ChildProcess {
    return startMaking(path, { ...this.#making, within: as }).child;
  }

  /** Starts it on a terminal, which is another process; its exit code will be in {@link codeOnTerminal}. */
  startOnTerminal(): ChildProcess {
    const env = makingEnvironment(this.path, this.#making);
    return startOnTerminal(makingWords(this.#making), { within: [], env, cwd: this.path, code: this.#code });
  }

  async codeOnTerminal(): Promise<string> {
    return codeOnTerminal(this.#code);
  }

  /** Another folder to make images in, which has the same key. */
  otherWorkspace(): string {
    const path = join(this.#folder, 'other');
    mkdirSync(join(path, 'var'), { recursive: true });
    this.#giveKey(path);
    return path;
  }

  /** Takes VBoxManage away from those who start it from now on. */
  hideVBoxManage(): void {
    this.stations.leave('VBoxManage');
    rmSync(join(this.#programs, 'VBoxManage'));
  }

  /** Puts one there that knows no option. */
  replaceVBoxManage(): void {
    this.hideVBoxManage();
    const path = join(this.#programs, 'VBoxManage');
    writeFileSync(path, '#!/bin/sh\necho "VBoxManage: error: Unknown option: $1" >&2\nexit 2\n');
    chmodSync(path, 0o755);
  }

  /** Gives it back. */
  showVBoxManage(): void {
    const path = join(this.#programs, 'VBoxManage');
    rmSync(path, { force: true });
    symlinkSync(join(standInFolder, 'VBoxManage'), path);
    this.stations.stand('VBoxManage');
  }

  /** Kills the machine's process; false when it has none. */
  killMachine(): boolean {
    const pid = Number(readIfThere(join(this.#home, 'Machines', machine, 'pid')));
    return pid !== 0 && isRunning(pid) && process.kill(pid, 'SIGKILL');
  }

  /** The machines that VirtualBox knows, and the names of what lies in the folder of all. */
  listed(): string[] {
    const known = JSON.parse(readIfThere(join(this.#home, 'registry.json')) || '[]') as string[];
    return [...known, ...namesIn(join(this.#home, 'Machines'))];
  }

  /** What the finished machine is. */
  finished(): unknown {
    const text = this.#manage('showvminfo', machine, '--machinereadable');
    return [/^VMState="(.*)"$/m.exec(text)?.[1], /^SnapshotName="(.*)"$/m.exec(text)?.[1]];
  }

  /** Processes that are left, machines' and others'. */
  remains(): string[] {
    return stillMaking().map((pid) => `${pid} ${readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
  }

  /** Takes away what was made. */
  forget(): void {
    killAll();
    rmSync(this.#home, { recursive: true, force: true });
    mkdirSync(this.#home);
    rmSync(join(this.#folder, 'other'), { recursive: true, force: true });
    this.workspace.forget();
    mkdirSync(join(this.path, 'var'));
    this.#giveKey(this.path);
  }

  [Symbol.dispose](): void {
    killAll();
    for (const disk of [this.disk, this.machines]) disk.heal();
    this.stations[Symbol.dispose]();
    for (const disk of [this.disk, this.machines]) disk[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true });
  }

  get #programs(): string {
    return join(this.#folder, 'programs');
  }

  get #home(): string {
    return join(this.machines.path, 'virtualbox');
  }

  get #code(): string {
    return join(this.#folder, 'code');
  }

  get #making(): { readonly backend: 'vbox'; readonly env: Readonly<Record<string, string>> } {
    const path = [this.#programs, process.env['PATH'] ?? ''].join(delimiter);
    const env = {
      ...standInEnvironment(this.#home),
      PATH: [this.stations.folder, path].join(delimiter),
      STATION_PATH: path,
    };
    return { backend: 'vbox', env };
  }

  #manage(...args: string[]): string {
    return execFileSync(join(standInFolder, 'VBoxManage'), args, {
      env: { ...process.env, VBOX_USER_HOME: this.#home },
      encoding: 'utf8',
    });
  }

  #giveKey(workspace: string): void {
    for (const name of ['id_rsa', 'id_rsa.pub'])
      copyFileSync(join(dirname(this.#image), 'var', name), join(workspace, 'var', name));
  }

  /** What making an image gave. */
  #play(): void {
    const played = join(this.#folder, 'played');
    mkdirSync(join(played, 'releases'), { recursive: true });
    symlinkSync(this.#image, join(played, 'image'));
    const { machine } = JSON.parse(readFileSync(`${this.#image}.json`, 'utf8')) as {
      machine: { hostKey: string };
    };
    const texts = {
      'host-key': `${machine.hostKey} root@gitian\n`,
      epoch: '1700000000\n',
      installed: '',
      fetched: '',
      available: '',
    };
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(played, name), text);
    const making = join(this.#programs, 'mmdebstrap');
    copyFileSync(join(import.meta.dirname, 'played-making.sh'), making);
    chmodSync(making, 0o755);
  }
}

/** What a test that failed has left; some of it ends just now. */
function killAll(): void {
  for (const pid of stillMaking()) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
