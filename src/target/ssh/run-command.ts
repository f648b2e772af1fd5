import { once } from 'node:events';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { RunOptions, RunResult } from '../target.js';
import type { SshConnection } from './connection.js';
import { endCommand } from './end-command.js';
import { sendInput } from './input.js';
import { takeOutput, type Output } from './output.js';
import { ProcessNumber, tellingNumber } from './process-number.js';
import { handOver, terminalOf } from './terminal.js';

/** How long output may come after the exit of a command that leaves daemons, in milliseconds. */
const lastWords = 500;

type Options = RunOptions & { readonly signal: AbortSignal };

/**
 * Runs a command line, which has to be one program and its arguments, in root's login shell on the other side, and returns
 * how it ended; undefined when the connection ended first. Aborting the signal ends it with everything it started.
 */
export async function runCommand(
  connection: SshConnection,
  line: string,
  options: Options,
): Promise<RunResult | undefined> {
  options.signal.throwIfAborted();
  const pty = terminalOf(options);
  if (pty === undefined) {
    const channel = await connection.exec(tellingNumber(line));
    return channel === undefined ? undefined : new Command(connection, channel, options).result();
  }
  // On a terminal both outputs are one, and hanging it up ends the command.
  const channel = await connection.exec(`exec ${line}`, { pty });
  if (channel === undefined) return undefined;
  using _keyboard = handOver(channel);
  return await new Command(connection, channel, options, false).result();
}

class Command {
  readonly #connection: SshConnection;
  readonly #channel: ClientChannel;
  readonly #options: Options;
  readonly #number: ProcessNumber | undefined;
  readonly #closed: Promise<unknown>;
  readonly #outputs: readonly Output[];
  #exitCode: number | undefined;

  constructor(connection: SshConnection, channel: ClientChannel, options: Options, tellsNumber = true) {
    this.#connection = connection;
    this.#channel = channel;
    this.#options = options;
    this.#number = tellsNumber ? new ProcessNumber() : undefined;
    this.#closed = once(channel, 'close');
    channel.once('exit', this.#exited);
    const words: Readable = this.#number === undefined ? channel.stderr : channel.stderr.pipe(this.#number);
    this.#outputs = [
      takeOutput(channel, options.stdout, process.stdout),
      takeOutput(words, options.stderr, process.stderr),
    ];
  }

  async result(): Promise<RunResult | undefined> {
    const { stdin, signal } = this.#options;
    const input = sendInput(this.#channel, stdin);
    const taken = Promise.all(this.#outputs.map(async (output) => output.taken));
    const done = Promise.all([taken, this.#closed]);
    try {
      const [[stdout = '', stderr = '']] = await unlessAborted(signal, Promise.race([done, input.failed]));
      return this.#exitCode === undefined ? undefined : { exitCode: this.#exitCode, stdout, stderr };
    } catch (error) {
      await this.#end();
      // Whoever reads this process's output has gone, which isn't a failure.
      if (!isBrokenPipe(error)) throw error;
      return { exitCode: 128 + constants.signals.SIGPIPE, stdout: '', stderr: '' };
    } finally {
      input.stop();
    }
  }

  readonly #exited = (code: number | null, name?: NodeJS.Signals): void => {
    this.#exitCode = code ?? 128 + constants.signals[name ?? 'SIGHUP'];
    if (this.#options.leavesDaemons !== true) return;
    const timer = setTimeout(() => {
      this.#letGo();
    }, lastWords);
    this.#channel.once('close', () => {
      clearTimeout(timer);
    });
  };

  async #end(): Promise<void> {
    for (const { letGo } of this.#outputs) letGo();
    const number = await Promise.race([this.#number?.told, this.#closed.then(() => undefined)]);
    if (number !== undefined) await endCommand(this.#connection, number);
    this.#letGo();
  }

  #letGo(): void {
    for (const { letGo } of this.#outputs) letGo();
    this.#channel.close();
  }
}

/** The promise's outcome, or the signal's reason when that aborts first. */
async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = (): void => {
      reject(signal.reason as Error);
    };
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function isBrokenPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'EPIPE';
}
