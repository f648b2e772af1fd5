import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, PseudoTtyOptions } from 'ssh2';
import { lastLine } from '../../core/process.js';
import { deferred } from '../deferred.js';
import type { GuestService } from '../guest-service.js';
import { forwardedPort } from './forwarded-port.js';
import { SshRefusal } from './refusal.js';

/** A command that has been begun. */
export interface BegunCommand {
  readonly channel: ClientChannel;
  /** Resolves when its process has ended: with its exit code, or the signal's name as the server calls it. Output may follow. */
  readonly exited: Promise<number | string>;
}

interface HowToStart {
  readonly pty?: PseudoTtyOptions;
  readonly urgent?: boolean;
  readonly signal?: AbortSignal;
}

/** How many commands one connection carries at once: OpenSSH's own bound is 10, and ending a command needs one too. */
const mostSessions = 8;

/** How long a machine may take for an answer once somebody wants to be done, in milliseconds; an emulated one is slow. */
const patience = 20_000;

/**
 * A connection to a machine that somebody has logged in to. Root of the machine may say anything and keep silent at any
 * time: whoever asks waits for that, and {@link soon} bounds it.
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
      for (const go of this.#waiting.splice(0)) go();
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
   * {@link SshRefusal}. `urgent` doesn't wait for its turn. Once `signal` aborts the answer has to come soon.
   */
  async exec(
    line: string,
    { pty, urgent = false, signal }: HowToStart = {},
  ): Promise<BegunCommand | undefined> {
    while (!urgent && this.#open && this.#sessions >= mostSessions) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (!this.#open) return undefined;
    this.#sessions += 1;
    const asked = this.#unlessRefused(this.#start(line, pty));
    const answer = signal === undefined ? asked : this.untilAborted(asked, signal);
    const command = await answer.catch((error: unknown) => {
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
  async serve(accept: (connection: Duplex) => void): Promise<GuestService | undefined> {
    if (!this.#open) return undefined;
    const port = await this.#unlessRefused(forwardedPort(this.#client, accept));
    if (port === undefined) return undefined;
    return {
      address: port.address,
      [Symbol.asyncDispose]: async () => this.soon(Promise.resolve(port[Symbol.asyncDispose]())),
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
    await this.soon(this.ended);
  }

  /** Awaits an answer, which ends with the connection, and ends that where the answer takes longer than `milliseconds`. */
  async soon<T>(answer: Promise<T>, milliseconds = patience): Promise<T> {
    const timer = setTimeout(() => {
      this.close('it does not answer any more');
    }, milliseconds);
    return answer.finally(() => {
      clearTimeout(timer);
    });
  }

  /** Awaits an answer for as long as it takes, and {@link soon} once the signal aborts. */
  async untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) return this.soon(answer);
    const hurry = (): void => {
      this.soon(answer).catch(() => undefined);
    };
    // Many may wait for their turn.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', hurry, { once: true });
    return answer.finally(() => {
      signal.removeEventListener('abort', hurry);
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
  async #unlessRefused<T>(asked: Promise<T>): Promise<T | undefined> {
    try {
      return await asked;
    } catch (error) {
      // A connection that is just ending takes nothing any more, a moment before it says that it is closed.
      if (!this.#open || isUnconnected(error)) return undefined;
      throw new SshRefusal(lastLine((error as Error).message), { cause: error });
    }
  }

  readonly #free = (): void => {
    this.#sessions -= 1;
    this.#waiting.shift()?.();
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
