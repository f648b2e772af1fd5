import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { quoteWord, quoteWords } from '../../../src/core/processes/shell-quote.js';
import { until } from '../until.js';

/** A command on a terminal that is another process: with that it goes. */
export interface OnTerminal {
  /** Words before the terminal's own. */
  readonly within: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A file for the exit code. */
  readonly code: string;
}

/** Starts a command on a terminal. */
export function startOnTerminal(
  command: readonly string[],
  { within, env, cwd, code }: OnTerminal,
): ChildProcess {
  rmSync(code, { force: true });
  // The shell that the terminal belongs to ends with it, and with that the others hear of it.
  const inner = `trap : HUP; ${quoteWords(command)}; echo $? >${quoteWord(code)}`;
  const line = `${quoteWords(['sh', '-c', inner])}; :`;
  const terminal = ['script', '--quiet', '--flush', '--command', line, '/dev/null'];
  const [program = 'script', ...words]: readonly string[] = [...within, ...terminal];
  return spawn(program, words, {
    env: { ...env, TERM: 'xterm' },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

/** How it ended, once it has. */
export async function codeOnTerminal(code: string): Promise<string> {
  return until(
    () => (existsSync(code) ? readFileSync(code, 'utf8').trim() : ''),
    (text) => text !== '',
    120_000,
  );
}
