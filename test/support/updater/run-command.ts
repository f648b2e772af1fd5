import { spawn } from 'node:child_process';
import type { CommandName } from '../../../src/cli/command-files.js';
import type { Outcome } from '../commands.js';
import { outcomeOf, startCommand, type Call } from '../running-command.js';

/** Runs one of the project's executables to its end, without holding up what this process serves meanwhile. */
export function runCommand(name: CommandName, args: readonly string[], call: Call): Promise<Outcome> {
  return outcomeOf(startCommand(name, args, call));
}

/** The same for any program. */
export function runProgramBeside(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: Call,
): Promise<Outcome> {
  const { PATH = '', HOME = '' } = process.env;
  return outcomeOf(
    spawn(program, args, { cwd, env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}
