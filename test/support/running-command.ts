import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { CommandName } from '../../src/cli/command-files.js';
import { executable, type Outcome } from './commands.js';

/** How a command is called. */
export interface Call {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the command's own: a program that becomes it, such as `nsenter`. */
  readonly within?: readonly string[];
}

/** Starts a real executable of this project with no more environment than it needs. */
export function startCommand(
  name: CommandName,
  args: readonly string[],
  { cwd, env = {}, within = [] }: Call,
): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  const [program = '', ...words] = [...within, executable(name), ...args];
  return spawn(program, words, {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Alone in its group, so that a test's signal reaches it and nothing else.
    detached: true,
  });
}

/** Waits for a started command, and returns what it said since this was called. */
export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  }
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, ...said };
}
