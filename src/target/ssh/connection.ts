import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, PseudoTtyOptions } from 'ssh2';
import { lastLine } from '../../core/processes/process.js';
import { deferred } from '../deferred.js';
import type { GuestService } from '../guest-service.js';
import { forwardedPort } from './forwarded-port.js';
import { SshRefusal } from './refusal.js';
import { unlessAborted } from './unless-aborted.js';

/** A command that has been begun. */
export interface BegunCommand {
  readonly channel: ClientChannel;
  /** Resolves when its process has ended: with its exit code, or the signal's name as the server calls it. Output may follow. */
  readonly exited: Promise<number | string>;
}

/** How many commands one connection carries at once: OpenSSH's own bound is 10, and ending a command needs one too. */
const mostSessions = 8;

/** How long a machine may take for an answer once somebody wants to be done, in milliseconds; an emulated one is slow. */
const patience = 20_000;

/** What somebody waits with who wants to be done already. */
export const atOnce = AbortSignal.abort();

/**
 * A connection to a machine that somebody has logged in to. Root of the machine may say anything and keep silent at any
 * time: whoever asks waits for that until a signal aborts, and then as long as {@link SshConnection.answered} bounds it.
 */
export class SshConnection implements AsyncDisposable {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #ended = deferred<string>();
  #problem: string | undefined;
  #open = true;
  #sessions = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(client: Client, socket: Socket) {
    this.#client = client;
    this.#socket = socket;
    client.on('error', (error) => {
      // The client would wait for the other side to hang up.
      this.close(lastLine(error.message));
    });
    client.once('close', () => {
      this.#open = false;
      this.#ended.resolve(this.#problem ?? 'the machine closed its ssh connection');
      this.#wake();
    });
  }

  /** Resolves with why, when it has ended. */
  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  /** Whether it can carry commands. */
  get isOpen(): boolean {
    return this.#open;
  }

  /**
   * Starts a command line in the login shell of the user who logged in; undefined when the connection has ended. Throws
   * {@link SshRefusal}, and the reason of `hurry` when that aborts while it waits for its turn. With one that had aborted
   * before, it doesn't wait for that.
   */
  async exec(line: string, hurry: AbortSignal, pty?: PseudoTtyOptions): Promise<BegunCommand | undefined> {
    while (!hurry.aborted && this.#open && this.#sessions >= mostSessions) {
      await unlessAborted(hurry, new Promise<void>((resolve) => this.#waiting.push(resolve)));
    }
    if (!this.#open) return undefined;
    this.#sessions += 1;
    const command = await this.#granted(this.#start(line, pty), hurry).catch((error: unknown) => {
      this.#free();
      throw error;
    });
    if (command === undefined) this.#free();
    else command.channel.once('close', this.#free);
    return command;
  }

  /**
   * Lets the machine reach this process on a port of its own loopback; undefined when the connection has ended. Throws
   * {@link SshRefusal}.
   */
  async serve(accept: (connection: Duplex) => void, hurry: AbortSignal): Promise<GuestService | undefined> {
    if (!this.#open) return undefined;
    const port = await this.#granted(forwardedPort(this.#client, accept), hurry);
    if (port === undefined) return undefined;
    return {
      address: port.address,
      [Symbol.asyncDispose]: async () => this.answered(Promise.resolve(port[Symbol.asyncDispose]())),
    };
  }

  /** Ends the connection, and with it everything that it carries; `reason` is what {@link ended} says. */
  close(reason = 'its ssh connection was closed'): void {
    this.#problem ??= reason;
    this.#socket.destroy();
  }

  /** Says goodbye, and resolves when the machine has heard it, if it does so soon. */
  async end(): Promise<void> {
    this.#client.end();
    await this.answered(this.ended);
  }

  /**
   * Awaits an answer, which ends with the connection. It may take as long as it likes until `hurry` aborts, without one from
   * now on: then it has to come soon, or the connection is ended.
   */
  async answered<T>(answer: Promise<T>, hurry: AbortSignal = atOnce): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const bound = (): void => {
      timer = setTimeout(() => {
        this.close('it does not answer any more');
      }, patience);
    };
    // Many may wait for one signal.
    setMaxListeners(0, hurry);
    hurry.addEventListener('abort', bound, { once: true });
    if (hurry.aborted) bound();
    return answer.finally(() => {
      clearTimeout(timer);
      hurry.removeEventListener('abort', bound);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.ended;
  }

  async #start(line: string, pty: PseudoTtyOptions | undefined): Promise<BegunCommand | undefined> {
    const started = new Promise<BegunCommand>((resolve, reject) => {
      this.#client.exec(line, pty === undefined ? {} : { pty }, (error, channel) => {
        // Its end may be the next that is heard.
        if (error === undefined) resolve({ channel, exited: exitOf(channel) });
        else reject(error);
      });
    });
    return Promise.race([started, this.#ended.promise.then(() => undefined)]);
  }

  /** What was asked for; undefined when the connection has ended. */
  async #granted<T>(asked: Promise<T>, hurry: AbortSignal): Promise<T | undefined> {
    try {
      return await this.answered(asked, hurry);
    } catch (error) {
      // A connection that is just ending takes nothing any more, a moment before it says that it is closed.
      if (!this.#open || isUnconnected(error)) return undefined;
      throw new SshRefusal(lastLine((error as Error).message), { cause: error });
    }
  }

  /** Some of those who wait may not want their turn any more. */
  #wake(): void {
    for (const look of this.#waiting.splice(0)) look();
  }

  readonly #free = (): void => {
    this.#sessions -= 1;
    this.#wake();
  };
}

async function exitOf(channel: ClientChannel): Promise<number | string> {
  return new Promise((resolve) => {
    channel.once('exit', (code: number | null, signal = '') => {
      resolve(code ?? signal);
    });
  });
}

/** How ssh2 says that there is no way to the other side. */
function isUnconnected(error: unknown): boolean {
  return error instanceof Error && error.message === 'Not connected';
}
