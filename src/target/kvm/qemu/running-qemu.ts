import { dirname } from 'node:path';
import { createServer, type Server, type Socket } from 'node:net';
import { readFile } from 'node:fs/promises';
import { lastLine } from '../../../core/processes/process.js';
import { endReason, startReason, type EndReason } from './end-reason.js';
import { networks, qemuArguments, type QemuMachine } from './qemu-arguments.js';
import { forgetForwarded, forwardInto, ownSsh } from './forwarding.js';
import type { QemuNetwork } from './qemu-network.js';
import { Qmp, QmpError } from './qmp.js';
import { makeRunFolder, removeRunFolder, type RunFolder } from '../run-folder.js';
import { Session } from './session.js';

/** A QEMU that is to be started. */
export interface QemuStart {
  readonly program: string;
  readonly machine: Omit<QemuMachine, 'sockets'>;
  /** The file that goes when QEMU does. */
  readonly state: string;
  readonly log: string;
  readonly network: QemuNetwork;
  /** `$XDG_RUNTIME_DIR` */
  readonly runtime: string | undefined;
  /** Ends QEMU while it is being started. */
  readonly signal: AbortSignal;
}

/** What a QEMU that runs is made of. */
interface QemuParts {
  readonly folder: RunFolder;
  readonly pid: number;
  readonly session: Session;
  readonly qmp: Qmp;
  readonly network: QemuNetwork;
  readonly whyEnded: () => Promise<QemuFailure>;
}

/** Why QEMU, or what should follow, didn't come about; `reason` completes "the target can't be started: …". */
export class QemuFailure extends Error {
  override readonly name = 'QemuFailure';
  readonly hint: string | undefined;

  constructor(reason: string, hint?: string) {
    super(reason);
    this.hint = hint;
  }
}

/** A port of the host's loopback that leads to a guest's ssh server. */
export interface ForwardedSsh {
  readonly port: number;
  /** Takes it away. */
  readonly forget: () => Promise<void>;
}

/** The port of ssh in the old README, which is used where it is free. */
const usualPort = 2223;

/** A QEMU that this process has started, and that obeys. */
export class RunningQemu {
  readonly folder: RunFolder;
  readonly pid: number;
  readonly session: Session;
  readonly #qmp: Qmp;
  readonly #network: QemuNetwork;
  readonly #whyEnded: () => Promise<QemuFailure>;
  #isDetached = false;
  #trouble: string | undefined;

  private constructor({ folder, pid, session, qmp, network, whyEnded }: QemuParts) {
    this.folder = folder;
    this.pid = pid;
    this.session = session;
    this.#qmp = qmp;
    this.#network = network;
    this.#whyEnded = whyEnded;
    void this.#endWhenStuck();
  }

  /** Starts QEMU and waits until it takes orders. Throws {@link QemuFailure}, or the signal's reason; then nothing is left. */
  static async start(starting: QemuStart): Promise<RunningQemu> {
    const { runtime, signal } = starting;
    signal.throwIfAborted();
    const folder = await makeRunFolder(runtime);
    try {
      return await RunningQemu.#startIn(folder, starting);
    } catch (error) {
      await removeRunFolder(folder);
      signal.throwIfAborted();
      throw error;
    }
  }

  static async #startIn(folder: RunFolder, starting: QemuStart): Promise<RunningQemu> {
    const { program, machine, state, log, network, signal } = starting;
    const { server, connected } = await listening(folder.starter);
    let session: Session | undefined;
    const abort = (): void => void session?.kill();
    signal.addEventListener('abort', abort, { once: true });
    try {
      const args = qemuArguments({ ...machine, sockets: folder });
      session = new Session({
        ...{ folder: folder.path, state, log, network, program, args },
        layer: machine.layer === undefined ? undefined : dirname(machine.layer),
      });
      if (signal.aborted) abort();
      const pid = await session.started;
      const socket = await Promise.race([connected, session.ended]);
      const qmp = socket === undefined ? undefined : await Qmp.begin(socket);
      if (pid !== undefined && qmp !== undefined)
        return new RunningQemu({
          ...{ folder, pid, session, qmp, network },
          whyEnded: async () => whyEnded(log, endReason),
        });
      throw await whyEnded(log, (words) => startReason(words, program));
    } catch (error) {
      await session?.kill();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
      server.close();
    }
  }

  /** Asks QEMU; throws {@link QemuFailure} when it refuses or has ended. */
  async ask(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    // Whoever lets it live on has its other monitor.
    using found = this.#isDetached ? await Qmp.connect(this.folder.control) : undefined;
    const qmp = found ?? this.#qmp;
    const answer = await qmp.ask(command, args).catch((error: unknown) => {
      if (error instanceof QmpError) throw new QemuFailure(`QEMU refuses ${error.message}`);
      throw error;
    });
    if (answer === undefined) throw await this.ended();
    return answer;
  }

  /** The next event of a name; throws when QEMU ends first. */
  async event(
    name: string,
    matches?: (data: Record<string, unknown>) => boolean,
  ): Promise<Record<string, unknown>> {
    const data = await this.#qmp.event(name, matches);
    if (data === undefined) throw await this.ended();
    return data;
  }

  /** Forwards a port of the host's loopback to the guest's ssh server through one of its networks: the usual one where it is free. */
  async forwardSsh(network: keyof typeof networks): Promise<ForwardedSsh> {
    return this.#network.kind === 'host' ? this.#forwardFromHost(network) : this.#forwardFromOwn(network);
  }

  async #forwardFromHost(network: keyof typeof networks): Promise<ForwardedSsh> {
    const { id, guest } = networks[network];
    const forget = (port: number) => async (): Promise<void> => this.#forget(id, '127.0.0.1', port);
    if ((await this.#forward(id, '127.0.0.1', usualPort)) === '')
      return { port: usualPort, forget: forget(usualPort) };
    // The kernel chooses one, so that nobody can take it in between.
    const refusal = await this.#forward(id, '127.0.0.1', 0);
    const listed = String(await this.#monitor('info usernet')).split('\n');
    const [port] = listed.flatMap((line) => {
      const [, port, to] = /HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+(\S+)\s/.exec(line) ?? [];
      return to === guest ? [Number(port)] : [];
    });
    if (port === undefined) throw new QemuFailure(`no port can be forwarded to it: ${refusal}`);
    return { port, forget: forget(port) };
  }

  /** Through QEMU's own network nobody else listens in. */
  async #forwardFromOwn(network: keyof typeof networks): Promise<ForwardedSsh> {
    const { id } = networks[network];
    const refusal = await this.#forward(id, ownSsh.address, ownSsh.port);
    const forwarded = refusal === '' ? await forwardInto(this.folder.network, usualPort) : refusal;
    if (typeof forwarded === 'string') throw new QemuFailure(`no port can be forwarded to it: ${forwarded}`);
    const forget = async (): Promise<void> => {
      await forgetForwarded(this.folder.network, forwarded);
      await this.#forget(id, ownSsh.address, ownSsh.port);
    };
    return { port: forwarded.port, forget };
  }

  /** Connects the guest's network to everything outside, or cuts it off. */
  async connectOutside(up: boolean): Promise<void> {
    await this.ask('set_link', { name: networks.outside.id, up });
  }

  /** Why QEMU was ended, where that was because its disk can't be written. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** The failure that says why QEMU ended, once it has. */
  async ended(): Promise<QemuFailure> {
    await this.session.ended;
    return this.#trouble === undefined ? this.#whyEnded() : new QemuFailure(this.#trouble);
  }

  /** Has QEMU end by itself, with everything on its disk; kills it when it doesn't. */
  async quit(): Promise<void> {
    const quitting = this.#qmp.ask('quit').catch(() => undefined);
    const timer = setTimeout(() => void this.session.kill(), patience);
    await quitting;
    await this.session.ended;
    clearTimeout(timer);
    this.#qmp[Symbol.dispose]();
  }

  /** Lets QEMU live on without this process; false when it has ended. */
  async detach(): Promise<boolean> {
    const detached = await this.session.detach();
    this.#isDetached = true;
    this.#qmp[Symbol.dispose]();
    return detached;
  }

  /** A machine whose disk can't be written stands still, and its guest would say nothing for minutes. */
  async #endWhenStuck(): Promise<void> {
    const error = await this.#qmp.event('BLOCK_IO_ERROR', ({ action }) => action === 'stop');
    if (error === undefined) return;
    this.#trouble = `its disk can't be written: ${String(error['reason'])}`;
    await this.session.kill();
  }

  async #forward(network: string, address: string, port: number): Promise<string> {
    const rule = `hostfwd_add ${network} tcp:${address}:${String(port)}-:22`;
    return String(await this.#monitor(rule)).trim();
  }

  async #forget(network: string, address: string, port: number): Promise<void> {
    await this.#monitor(`hostfwd_remove ${network} tcp:${address}:${String(port)}`);
  }

  async #monitor(line: string): Promise<unknown> {
    return this.ask('human-monitor-command', { 'command-line': line });
  }
}

/** How long QEMU may take to end, in milliseconds. */
const patience = 20_000;

async function listening(path: string): Promise<{ server: Server; connected: Promise<Socket> }> {
  const server = createServer();
  const connected = new Promise<Socket>((resolve) => {
    server.once('connection', resolve);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  return { server, connected };
}

async function whyEnded(log: string, told: (words: string) => EndReason): Promise<QemuFailure> {
  const { reason, hint } = told(lastLine(await readFile(log, 'utf8').catch(() => '')));
  return new QemuFailure(reason, hint);
}
