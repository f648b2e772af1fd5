import { once } from 'node:events';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { failure } from '../../core/errors/gitian-error.js';
import { shownLine } from '../command-failure.js';
import type { RunOptions, RunResult } from '../target.js';
import type { BegunCommand, SshConnection } from './connection.js';
import { endCommand } from './end-command.js';
import { sendInput } from './input.js';
import { takeOutput, TooMuchOutput, type Output } from './output.js';
import { ProcessNumber, tellingNumber } from './process-number.js';
import { refusalFailure } from './refusal.js';
import { handOver, terminalOf } from './terminal.js';
import { unlessAborted } from './unless-aborted.js';

/** How long output may come after the exit of a command that leaves daemons, in milliseconds. */
const lastWords = 500;

type Options = RunOptions & {
  readonly signal: AbortSignal;
  /** What the command is called in failures; the line without it. */
  readonly shown?: string;
};

/**
 * Runs a command line, which has to be one program and its arguments, in root's login shell on the other side, and returns
 * how it ended; undefined when the connection ended first. Aborting the signal ends it with everything it started, and the
 * connection where that takes too long. Throws `guest-command-failed` where the other side won't start it, and where it
 * prints more than can be kept.
 */
export async function runCommand(
  connection: SshConnection,
  line: string,
  options: Options,
): Promise<RunResult | undefined> {
  options.signal.throwIfAborted();
  return outcome(connection, line, options).catch((error: unknown) => {
    const command = options.shown ?? shownLine(line);
    if (error instanceof TooMuchOutput)
      throw failure('guest-command-failed', { command, outcome: 'prints more than can be kept' });
    throw refusalFailure(command, "can't be started", error);
  });
}

/** How long a machine may take, in milliseconds, for what it is told as it comes up, before it has to answer soon. */
const upPatience = 100_000;

/** As {@link runCommand}, for what a machine is told as it comes up: one that takes two minutes for it is cut off. */
export async function runAtStart(
  connection: SshConnection,
  line: string,
  options: Options,
): Promise<RunResult | undefined> {
  return connection.answered(runCommand(connection, line, options), AbortSignal.timeout(upPatience));
}

async function outcome(
  connection: SshConnection,
  line: string,
  options: Options,
): Promise<RunResult | undefined> {
  const pty = terminalOf(options);
  const { signal } = options;
  if (pty === undefined) {
    const command = await connection.exec(tellingNumber(line), signal);
    return command === undefined
      ? undefined
      : new Command(connection, command, { ...options, tellsNumber: true }).result();
  }
  // On a terminal both outputs are one, and hanging it up ends the command.
  const command = await connection.exec(`exec ${line}`, signal, pty);
  if (command === undefined) return undefined;
  using _keyboard = handOver(command.channel);
  return await new Command(connection, command, { ...options, tellsNumber: false }).result();
}

class Command {
  readonly #connection: SshConnection;
  readonly #channel: ClientChannel;
  readonly #options: Options;
  readonly #number: ProcessNumber | undefined;
  readonly #closed: Promise<unknown>;
  readonly #outputs: readonly Output[];
  #exitCode: number | undefined;

  constructor(
    connection: SshConnection,
    { channel, exited }: BegunCommand,
    options: Options & { readonly tellsNumber: boolean },
  ) {
    this.#connection = connection;
    this.#channel = channel;
    this.#options = options;
    this.#number = options.tellsNumber ? new ProcessNumber() : undefined;
    this.#closed = once(channel, 'close');
    void exited.then(this.#exited);
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

  readonly #exited = (end: number | string): void => {
    this.#exitCode = exitCode(end);
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
    const told = Promise.race([this.#number?.told, this.#closed.then(() => undefined)]);
    const number = await this.#connection.answered(told);
    if (number !== undefined) await endCommand(this.#connection, number);
    this.#letGo();
  }

  #letGo(): void {
    for (const { letGo } of this.#outputs) letGo();
    this.#channel.close();
  }
}

/** How a command ended, as a shell says it; the server may name a signal that there isn't, and any number. */
function exitCode(end: number | string): number {
  if (typeof end === 'number') return Math.min(end, 255);
  const known: Partial<Record<string, number>> = constants.signals;
  return 128 + (known[end] ?? constants.signals.SIGKILL);
}

function isBrokenPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'EPIPE';
}
