import type { Command } from 'commander';
import type { Readable, Writable } from 'node:stream';
import type { Emit } from '../core/events.js';

/** What a command may use of the world. */
export interface CommandContext {
  /** What the program is called. */
  readonly name: string;
  /** A configuration in base64, of a program that `gitian-updater --customize` made. */
  readonly builtIn: string | undefined;
  readonly io: CommandIo;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts when the user or the system ends the run. */
  readonly signal: AbortSignal;
  /** Begins to print events, once the options say how much. */
  readonly speak: (quiet: boolean) => Emit;
  /** Sets the exit code of a run that went through: 1 for the answer no, or a guest command's own. */
  readonly exit: (code: number) => void;
}

/** What a command may use of the world once it has begun to speak. */
export interface SpeakingContext extends CommandContext {
  readonly emit: Emit;
}

/** The streams of a command. */
export interface CommandIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Declares a command's options on `program` and what it does. */
export type DefineCommand = (program: Command, context: CommandContext) => Command;
