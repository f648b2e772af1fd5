import { execFileSync, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../../../src/core/files/hashing.js';
import type { Outcome } from '../../commands.js';
import {
  imageMountsLeft,
  makingEnvironment,
  makingWords,
  startMaking,
  stillMaking,
  type Making,
} from '../../workspaces/making-image.js';
import { outcomeOf } from '../../running-command.js';
import type { QuickBackend } from '../build/backend.js';
import { longOddName } from '../../workspaces/target-workspace.js';
import { ImageFolder, leftInVar } from './image-folder.js';
import { makingPrograms } from './making-places.js';
import { mountNamespaceOf } from '../mount-namespace.js';
import { FaultyNetwork } from '../network/network.js';
import { codeOnTerminal, startOnTerminal } from '../on-terminal.js';
import { replaceProgram, type Replacement } from '../replaced-program.js';
import { SmallDisk } from '../small-disk.js';
import { SmallSuite, suiteMirror } from './small-suite.js';
import { Stations } from './stations.js';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** How one make-base-vm is started in the scene. */
export interface SceneMaking {
  /** Whether the image grows on the disk, as if there was too little memory. */
  readonly onDisk?: boolean | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Words that start it as another user. */
  readonly as?: readonly string[];
}

/** Base images of a backend that are made in seconds: from an archive of their own, on a small disk, in a network of their own. */
export class MakingScene implements AsyncDisposable {
  readonly disk: SmallDisk;
  /** Its name would be an option, where names are taken for those. */
  readonly workspace: ImageFolder;
  readonly stations = new Stations(makingPrograms);
  readonly network: FaultyNetwork;
  readonly suite: SmallSuite;
  readonly #backend: QuickBackend;
  readonly #served: string;
  #isReplaced = false;

  private constructor(
    backend: QuickBackend,
    { disk, network, suite }: Pick<MakingScene, 'disk' | 'network' | 'suite'>,
  ) {
    this.#backend = backend;
    this.disk = disk;
    this.workspace = new ImageFolder(join(disk.path, `-${longOddName}`), {
      image: /^base-bookworm-amd64/,
      inVar: leftInVar,
    });
    this.network = network;
    this.suite = suite;
    this.#served = suite.root;
    mkdirSync(this.path);
    // Other users may look.
    chmodSync(this.path, 0o755);
    mkdirSync(this.#temporary);
    for (const name of ['base-bookworm-i386', 'base-bookworm-i386.json', `base-buster-amd64${this.#ending}`])
      writeFileSync(join(this.path, name), `an earlier ${name}`);
    mkdirSync(this.#aptSettings);
    const settings = 'Acquire::http::Timeout "2";\nAcquire::Retries::Delay "false";\n';
    writeFileSync(join(this.#aptSettings, 'test'), settings);
    chmodSync(this.#served, 0o755);
    this.#remember(false);
    network.put(this.#meminfo, '/proc/meminfo');
    network.put(suite.keyring, keyring);
    network.put(this.#aptSettings, '/etc/apt/apt.conf.d');
    network.put(this.stations.folder, '/usr/local/sbin');
  }

  static async create(backend: QuickBackend): Promise<MakingScene> {
    const served = mkdtempSync(join(tmpdir(), 'gitian-fault-served-'));
    const suite = new SmallSuite(served);
    const disk = new SmallDisk(600);
    return new MakingScene(backend, { disk, suite, network: await FaultyNetwork.start(served) });
  }

  /** Where images are made. */
  get path(): string {
    return this.workspace.path;
  }

  /** Starts make-base-vm. */
  start({ onDisk = false, env = {}, as = [] }: SceneMaking = {}): ChildProcess {
    this.#remember(onDisk);
    const making = this.#making(env);
    return startMaking(this.path, { ...making, within: [...(making.within ?? []), ...as] }).child;
  }

  /** Makes an image with nothing in its way. */
  async make(): Promise<Outcome> {
    this.stations.reset();
    return outcomeOf(this.start());
  }

  /** Starts it on a terminal, which is another process; its exit code will be in {@link codeOnTerminal}. */
  startOnTerminal(): ChildProcess {
    this.#remember(false);
    const making = this.#making({});
    const env = makingEnvironment(this.path, making);
    return startOnTerminal(makingWords(making), { within: making.within ?? [], env, code: this.#code });
  }

  async codeOnTerminal(): Promise<string> {
    return codeOnTerminal(this.#code);
  }

  /** Takes a program away from the place where a program is held, or from all when none is. */
  replaceProgram(name: string, by: Replacement): void {
    const path = pathOf(name);
    const pid = this.#inner();
    // Who looks for it beforehand finds none in its place.
    if (this.stations.namespace === '' && by === 'nothing') this.stations.leave(name);
    this.#isReplaced = pid === undefined;
    if (pid === undefined) this.network.replaceProgram(path, by);
    else replaceProgram({ pid, folder: '/run/gitian-replaced' }, path, by);
  }

  /** Gives it back, where it is not gone with those who lacked it. */
  restoreProgram(name: string): void {
    if (makingPrograms.includes(name)) this.stations.stand(name);
    if (this.#isReplaced) this.network.restoreProgram(pathOf(name));
    this.#isReplaced = false;
  }

  /** The digest of the image. */
  digest(): string {
    return sha256(readFileSync(join(this.path, `base-bookworm-amd64${this.#ending}`)));
  }

  /** Processes, mounts and folders that are left of it outside of the workspace. */
  remains(): string[] {
    return [
      ...stillMaking().map((pid) => `process ${pid}`),
      ...imageMountsLeft(),
      ...['/tmp', '/var/tmp', this.#temporary].flatMap((folder) =>
        readdirSync(folder).filter((name) => name.startsWith('gitian-base')),
      ),
    ];
  }

  /** Lets folders that were left in the place for temporary ones be of another day. */
  ageRemains(): void {
    for (const name of readdirSync(this.#temporary)) utimesSync(join(this.#temporary, name), 0, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disk.heal();
    await this.network[Symbol.asyncDispose]();
    this.suite[Symbol.dispose]();
    this.stations[Symbol.dispose]();
    this.disk[Symbol.dispose]();
    rmSync(this.#served, { recursive: true });
  }

  get #ending(): string {
    return this.#backend === 'kvm' ? '.qcow2' : '';
  }

  get #temporary(): string {
    return join(this.disk.path, 'tmp');
  }

  get #meminfo(): string {
    return join(this.#served, 'meminfo');
  }

  /** In the place of this host's own. */
  get #aptSettings(): string {
    return join(this.#served, 'apt.conf.d');
  }

  get #code(): string {
    return join(this.#served, 'code');
  }

  /** Says how much memory there is. */
  #remember(isShort: boolean): void {
    const text = readFileSync('/proc/meminfo', 'utf8');
    writeFileSync(this.#meminfo, isShort ? text.replace(/^(MemAvailable: +)\d+/m, '$11000') : text);
  }

  #making(env: Readonly<Record<string, string>>): Making {
    return {
      backend: this.#backend,
      further: ['--mirror', suiteMirror, ...(this.#backend === 'kvm' ? ['--disksize', '1024'] : [])],
      env: { TMPDIR: this.#temporary, ...env },
      within: this.network.inside(this.path),
    };
  }

  /** A process in the mount namespace of what is held, where that isn't everybody's. */
  #inner(): number | undefined {
    const held = this.stations.namespace;
    if (held === '' || held === this.network.mountNamespace) return undefined;
    return Number(stillMaking().find((pid) => mountNamespaceOf(pid) === held));
  }
}

function pathOf(program: string): string {
  const path = '/usr/sbin:/usr/bin:/sbin:/bin';
  const found = execFileSync('sh', ['-c', 'command -v "$0"', program], {
    env: { PATH: path },
    encoding: 'utf8',
  });
  return found.trim();
}
