import { failure } from '../core/errors/gitian-error.js';
import { quoteWords } from '../core/processes/shell-quote.js';
import type { RunResult } from './target.js';

/** The failure of a guest command that was to exit with 0, with the last lines that it said. */
export function commandFailure(argv: readonly string[], { exitCode, stderr }: RunResult): Error {
  const lines = stderr.trimEnd().split('\n').slice(-10).filter(Boolean);
  return failure(
    'guest-command-failed',
    { command: shownCommand(argv), outcome: `exited with ${String(exitCode)}` },
    { lines },
  );
}

/** A command as a line, shortened to what fits a sentence. */
export function shownCommand(argv: readonly string[]): string {
  return shownLine(quoteWords(argv));
}

/** A command line, shortened likewise. */
export function shownLine(line: string): string {
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
