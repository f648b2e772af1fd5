import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { baseImages } from '../base-image.js';
import { isRunning } from '../processes.js';
import { standInEnvironment } from './environment.js';

interface Machine {
  readonly name: string;
  readonly folder: string;
  readonly disk: string;
  readonly state: string;
  readonly stateFile?: string;
  /** Of its process, while it is up. */
  readonly pid?: number;
  readonly extradata: Readonly<Record<string, string>>;
  readonly hardware: Hardware;
  readonly snapshots: readonly {
    readonly name: string;
    readonly disk: string;
    readonly hardware: Hardware;
  }[];
}

interface Hardware {
  readonly rules: readonly { readonly guestPort: number; readonly hostPort: number }[];
}

/** A user's VirtualBox, with a machine of bookworm on amd64 as `make-base-vm --vbox` left it, and nothing done to it yet. */
export class VirtualBoxHome implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'virtualbox-'));
  readonly machine = 'Gitian-bookworm-amd64';
  /** The disk's path; its record and the key lie beside it. */
  readonly image: string;

  /** Programs of this process find it from now on. */
  constructor() {
    this.image = baseImages('bookworm', ['amd64'], 'vbox')[0] ?? '';
    Object.assign(process.env, standInEnvironment(this.path));
    this.#copyMachine(join(dirname(this.image), 'virtualbox'));
  }

  /** What the machine is doing. */
  get state(): string {
    return /^VMState="(.*)"$/m.exec(this.manage('showvminfo', this.machine, '--machinereadable'))?.[1] ?? '';
  }

  /** Calls the stand-in. */
  manage(...args: string[]): string {
    return execFileSync('VBoxManage', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Puts another snapshot in the place of the machine's: of the machine as it is now. */
  retakeSnapshot(): void {
    const machine = this.#read();
    writeFileSync(this.#settings, JSON.stringify({ ...machine, snapshots: [] }));
    this.manage('snapshot', this.machine, 'take', machine.snapshots[0]?.name ?? '');
  }

  /** Kills the machine's process; false when it has none. */
  killMachine(): boolean {
    const { pid } = this.#read();
    return pid !== undefined && isRunning(pid) && process.kill(pid, 'SIGKILL');
  }

  /** Makes a subcommand fail with these words, or none. */
  fail(words: Readonly<Record<string, string>>): void {
    writeFileSync(join(this.path, 'faults.json'), JSON.stringify(words));
  }

  /** Processes of machines, and of what looks after them. */
  get processes(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
          const home = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(this.path);
          const ours = home && /qemu-system|keep\.sh|VBoxManage/.test(words);
          return ours && isRunning(Number(pid)) ? [`${pid} ${words}`] : [];
        } catch {
          return [];
        }
      });
  }

  [Symbol.dispose](): void {
    for (const line of this.processes) process.kill(Number.parseInt(line, 10), 'SIGKILL');
    rmSync(this.path, { recursive: true, force: true });
  }

  get #settings(): string {
    return join(this.path, 'Machines', this.machine, `${this.machine}.vbox`);
  }

  #read(path = this.#settings): Machine {
    return JSON.parse(readFileSync(path, 'utf8')) as Machine;
  }

  /** The disks and the state of the snapshot stay where they are, since nobody writes to them. */
  #copyMachine(from: string): void {
    const machine = this.#read(join(from, 'Machines', this.machine, `${this.machine}.vbox`));
    const folder = dirname(this.#settings);
    for (const name of ['Snapshots', 'Logs']) mkdirSync(join(folder, name), { recursive: true });
    const disk = join(folder, 'Snapshots', basename(machine.disk));
    const backing = machine.snapshots[0]?.disk ?? '';
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', backing, disk]);
    if (existsSync(join(machine.folder, 'nvram')))
      copyFileSync(join(machine.folder, 'nvram'), join(folder, 'nvram'));
    const port = freePort();
    const own = {
      ...{ folder, disk, state: 'poweroff', extradata: {} },
      hardware: atPort(machine.hardware, port),
      snapshots: machine.snapshots.map((one) => ({ ...one, hardware: atPort(one.hardware, port) })),
    };
    writeFileSync(this.#settings, JSON.stringify({ ...machine, ...own }));
    writeFileSync(join(this.path, 'registry.json'), JSON.stringify([this.#settings]));
  }
}

/** Machines of one image have one host key, so that only their ports tell those apart that start at the same time. */
function atPort(hardware: Hardware, hostPort: number): Hardware {
  return { ...hardware, rules: hardware.rules.map((rule) => ({ ...rule, hostPort })) };
}

function freePort(): number {
  const script =
    "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close() })";
  return Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}
