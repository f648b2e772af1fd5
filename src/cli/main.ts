import { isatty } from 'node:tty';
import { CommanderError } from 'commander';
import type { CommandContext } from '../commands/command.js';
import { failure } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import { baseCommand } from './base-command.js';
import { commandFiles, type CommandName } from './command-files.js';
import { interruption } from './interruption.js';
import { processIo, type Io } from './io.js';
import { refuseEmpty } from './refuse-empty.js';
import { reportFailure } from './report-failure.js';
import { wordsFor, type Words } from './words.js';

/** Another program that is a command: what it's called, and the configuration that it has built in, in base64. */
export interface OwnProgram {
  readonly name: string;
  readonly configuration: string;
}

/** Runs a command with this process's arguments: the only catch that prints, and the only exit code. */
export async function main(command: CommandName, own?: OwnProgram): Promise<void> {
  const io = processIo();
  const name = own?.name ?? command;
  watchOutput(name, io);
  const forgotten = (): void => {
    process.exitCode = reportFailure(new Error('it waits for something that never comes'), name, io);
  };
  // Node ends without a word, and with 0, when nothing is left that could go on.
  process.once('beforeExit', forgotten);
  // A mask that takes files from those who make them is nobody's wish.
  process.umask(process.umask(0o077) & 0o077);
  const terminals = [0, 1, 2].filter((stream) => isatty(stream));
  const exitCode = await runCommand(command, { name, builtIn: own?.configuration }, io);
  process.off('beforeExit', forgotten);
  process.exitCode ??= exitCode;
  // Node sets its terminal back when it ends, and aborts where that is gone: the signal itself is a better end, and the
  // same exit code to a shell.
  if (!terminals.every((stream) => isatty(stream))) process.kill(process.pid, 'SIGHUP');
}

/** Whoever reads our output may go away, or the terminal may: that isn't a failure, and clean-up goes on. */
function watchOutput(name: string, io: Io): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    process.exitCode = reportFailure(Object.assign(error, { path: 'standard output' }), name, io);
  });
}

async function runCommand(
  command: CommandName,
  { name, builtIn }: Pick<CommandContext, 'name' | 'builtIn'>,
  io: Io,
): Promise<number> {
  const interrupted = interruption();
  const words = await wordsFor(io);
  let spoken: Words | undefined;
  let exitCode = 0;
  const context = (): CommandContext => ({
    name,
    builtIn,
    io,
    env: process.env,
    cwd: workingDirectory(),
    signal: interrupted.signal,
    speak: (quiet): Emit => {
      spoken?.close();
      spoken = words(io, name, quiet);
      return spoken.emit;
    },
    exit: (code) => {
      exitCode = code;
    },
  });
  try {
    const { define } = await commandFiles[command]();
    const program = refuseEmpty(define(baseCommand(name, io), context()));
    await program.parseAsync(process.argv.slice(2), { from: 'user' });
  } catch (error) {
    spoken?.close();
    // Once the run is interrupted, whatever was thrown is a consequence.
    exitCode = interrupted.signal.aborted
      ? reportFailure(interrupted.signal.reason, name, io)
      : error instanceof CommanderError
        ? usageExit(error)
        : reportFailure(error, name, io);
  } finally {
    spoken?.close();
    interrupted.release();
  }
  return exitCode;
}

/** Throws `working-directory-gone` where somebody removed it. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw failure('working-directory-gone', {}, { cause: error });
  }
}

/** Help and version are answers; everything else that commander ends with is wrong usage. */
function usageExit(error: CommanderError): number {
  return error.exitCode === 0 ? 0 : 2;
}
