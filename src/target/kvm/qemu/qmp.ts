import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { deferred, type Deferred } from '../../deferred.js';

/** What QEMU refuses, in its own words. */
export class QmpError extends Error {
  override readonly name = 'QmpError';
}

interface Waiting {
  readonly name: string;
  readonly matches: (data: Record<string, unknown>) => boolean;
  readonly found: Deferred<Record<string, unknown> | undefined>;
}

/** A conversation with QEMU's monitor, in JSON lines (QMP). Everything asked after its end gets undefined. */
export class Qmp implements Disposable {
  readonly #socket: Socket;
  readonly #ended = deferred<undefined>();
  readonly #answers: Deferred<Record<string, unknown>>[] = [];
  readonly #waiting = new Set<Waiting>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#ended.resolve(undefined);
    });
    // It repeats what the socket says.
    createInterface({ input: socket })
      .on('line', this.#hear)
      .on('error', () => undefined);
  }

  /** Begins the conversation on a connected socket; undefined when it ended first. */
  static async begin(socket: Socket): Promise<Qmp | undefined> {
    const qmp = new Qmp(socket);
    return (await qmp.ask('qmp_capabilities')) === undefined ? undefined : qmp;
  }

  /**
   * Connects to a monitor that listens; undefined when none does. One that says nothing for `silence` milliseconds is hung
   * up on, and any once the signal is aborted.
   */
  static async connect(
    path: string,
    { silence = patience, signal }: { readonly silence?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Qmp | undefined> {
    const socket = connect({ path, ...(signal === undefined ? {} : { signal }) });
    socket.setTimeout(silence, () => socket.destroy());
    const connected = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => {
        resolve(true);
      });
      // A process that stood still hangs up before it hears that it is connected: without an error.
      for (const end of ['error', 'close']) {
        socket.once(end, () => {
          resolve(false);
        });
      }
    });
    return connected ? Qmp.begin(socket) : undefined;
  }

  /** Resolves when the conversation has ended, with QEMU as a rule. */
  get ended(): Promise<undefined> {
    return this.#ended.promise;
  }

  /** Asks for a command, and returns what it returns; undefined when QEMU ended. Throws what QEMU refuses. */
  async ask(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const answer = deferred<Record<string, unknown>>();
    this.#answers.push(answer);
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    const message = await Promise.race([answer.promise, this.#ended.promise]);
    if (message === undefined) return undefined;
    const error = message['error'] as { desc?: unknown } | undefined;
    if (error !== undefined) throw new QmpError(`${command}: ${String(error.desc)}`);
    return message['return'];
  }

  /** The next event of this name whose data match; undefined when QEMU ended first. */
  async event(
    name: string,
    matches: Waiting['matches'] = () => true,
  ): Promise<Record<string, unknown> | undefined> {
    const waiting: Waiting = { name, matches, found: deferred() };
    this.#waiting.add(waiting);
    const found = await Promise.race([waiting.found.promise, this.#ended.promise]);
    this.#waiting.delete(waiting);
    return found;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  readonly #hear = (line: string): void => {
    const message = parsed(line);
    const event = message['event'];
    if (typeof event !== 'string') {
      if ('return' in message || 'error' in message) this.#answers.shift()?.resolve(message);
      return;
    }
    const data = (message['data'] ?? {}) as Record<string, unknown>;
    for (const { name, matches, found } of this.#waiting) {
      if (name === event && matches(data)) found.resolve(data);
    }
  };
}

/** How long QEMU may say nothing, in milliseconds: longer than it waits for a guest that turns itself off. */
const patience = 20_000;

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
