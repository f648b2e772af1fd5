import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { mountNamespaceOf } from '../mount-namespace.js';
import { replaceProgram, restoreProgram, type Replacement } from '../replaced-program.js';

// Of the range that is kept for documentation.
const near = '192.0.2.2';
const far = '192.0.2.1';

/** How the network's servers can behave. */
export type NamesOrder = 'answer' | 'fail' | 'silent' | 'gone';
export type WebOrder = 'answer' | 'silent' | 'break' | 'change' | 'gone';

/**
 * A network of a test's own, cut off from everything else: one host with a name server, for which every name is that
 * host, and a web server. Commands are run on the other host; what the test does to them hurts nobody outside.
 */
export class FaultyNetwork implements AsyncDisposable {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string, undefined>;

  private constructor(folder: string, process: ChildProcess) {
    this.#folder = folder;
    this.#process = process;
    if (process.stdout === null) throw new Error('the network has no output');
    this.#lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  }

  /** Serves what lies in `root`. Needs root. */
  static async start(root: string): Promise<FaultyNetwork> {
    const folder = mkdtempSync(join(tmpdir(), 'gitian-network-'));
    const settings = join(folder, 'resolv.conf');
    writeFileSync(settings, `nameserver ${far}\noptions timeout:1 attempts:2\n`);
    const [script, servers] = ['network.sh', 'servers.js'].map((name) => join(import.meta.dirname, name));
    if (script === undefined || servers === undefined) throw new Error('no programs');
    const words = [script, near, far, settings, process.execPath, servers, far, root];
    const child = spawn('unshare', ['--net', '--mount', '--propagation', 'slave', '--', 'sh', ...words], {
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const network = new FaultyNetwork(folder, child);
    // The servers listen, and the network is there; in whichever order.
    for (const _ of ['done', 'ready']) await network.#line();
    return network;
  }

  /** What runs a program in this network, and in this folder: words to be put before its own. */
  inside(folder: string): string[] {
    return ['nsenter', ...this.#target('--net', '--mount'), 'sh', '-c', 'cd -- "$0" && exec "$@"', folder];
  }

  async names(order: NamesOrder): Promise<void> {
    await this.#order(`names ${order}`);
  }

  async web(order: WebOrder): Promise<void> {
    await this.#order(`web ${order}`);
  }

  /** Takes the network away, or brings it back: what is on its way doesn't arrive, and nothing can be reached. */
  uplink(up: boolean): void {
    execFileSync('nsenter', [...this.#target('--net'), 'sh', '-c', up ? back : away, far]);
  }

  /** The mount namespace of whoever works in this network. */
  get mountNamespace(): string {
    return mountNamespaceOf(String(this.#pid));
  }

  /** Takes a program away from whoever works in this network, or puts another in its place; and gives it back. */
  replaceProgram(path: string, by: Replacement): void {
    replaceProgram({ pid: this.#pid, folder: this.#folder }, path, by);
  }

  restoreProgram(path: string): void {
    restoreProgram({ pid: this.#pid, folder: this.#folder }, path);
  }

  /** Puts a file or a folder in the place of another, for whoever works in this network. */
  put(from: string, to: string): void {
    execFileSync('nsenter', [...this.#target('--mount'), 'mount', '--bind', '--', from, to]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'close');
    this.#process.stdin?.end();
    await ended;
    rmSync(this.#folder, { recursive: true });
  }

  get #pid(): number {
    return this.#process.pid ?? 0;
  }

  #target(...namespaces: string[]): string[] {
    return ['--target', String(this.#pid), ...namespaces, '--'];
  }

  async #order(words: string): Promise<void> {
    this.#process.stdin?.write(`${words}\n`);
    await this.#line();
  }

  async #line(): Promise<void> {
    const { value } = await this.#lines.next();
    if (value !== 'done' && value !== 'ready') throw new Error(`the network ended: ${String(value)}`);
  }
}

const away = 'ip link set uplink down';
const back = 'ip link set uplink up && ip route replace default via "$0"';
