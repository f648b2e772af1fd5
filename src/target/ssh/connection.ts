import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, PseudoTtyOptions } from 'ssh2';
import { lastLine } from '../../core/process.js';
import { deferred } from '../deferred.js';
import type { GuestService } from '../guest-service.js';
import { forwardedPort } from './forwarded-port.js';
import { SshRefusal } from './refusal.js';

/** How many commands one connection carries at once: OpenSSH's own bound is 10, and ending a command needs one too. */
const mostSessions = 8;

/** A connection to a machine that somebody has logged in to. */
export class SshConnection implements AsyncDisposable {
  readonly #client: Client;
  readonly #ended = deferred<string>();
  #problem: string | undefined;
  #open = true;
  #sessions = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(client: Client) {
    this.#client = client;
    client.on('error', (error) => {
      this.#problem ??= error.message;
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
   * {@link SshRefusal}. `urgent` doesn't wait for its turn.
   */
  async exec(
    line: string,
    { pty, urgent = false }: { readonly pty?: PseudoTtyOptions; readonly urgent?: boolean } = {},
  ): Promise<ClientChannel | undefined> {
    while (!urgent && this.#open && this.#sessions >= mostSessions) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (!this.#open) return undefined;
    this.#sessions += 1;
    const channel = await this.#unlessRefused(this.#start(line, pty)).catch((error: unknown) => {
      this.#free();
      throw error;
    });
    if (channel === undefined) this.#free();
    else channel.once('close', this.#free);
    return channel;
  }

  /**
   * Lets the machine reach this process on a port of its own loopback; undefined when the connection has ended. Throws
   * {@link SshRefusal}.
   */
  async serve(accept: (connection: Duplex) => void): Promise<GuestService | undefined> {
    if (!this.#open) return undefined;
    return this.#unlessRefused(forwardedPort(this.#client, accept));
  }

  /** Ends the connection, and with it everything that it carries; `reason` is what {@link ended} says. */
  close(reason = 'its ssh connection was closed'): void {
    this.#problem ??= reason;
    this.#client.destroy();
  }

  /** Says goodbye, and resolves when the machine has heard it. */
  async end(): Promise<void> {
    this.#client.end();
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.ended;
  }

  async #start(line: string, pty: PseudoTtyOptions | undefined): Promise<ClientChannel | undefined> {
    const started = new Promise<ClientChannel>((resolve, reject) => {
      this.#client.exec(line, pty === undefined ? {} : { pty }, (error, channel) => {
        if (error === undefined) resolve(channel);
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

/** How ssh2 says that there is no way to the other side. */
function isUnconnected(error: unknown): boolean {
  return error instanceof Error && error.message === 'Not connected';
}
