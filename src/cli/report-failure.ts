import { firstFailure } from '../core/errors/first-failure.js';
import { GitianError } from '../core/errors/gitian-error.js';
import { Interrupted } from '../core/errors/interrupted.js';
import { hostFailure } from '../core/words/host-failure.js';
import { shownPath } from '../core/words/shown-path.js';
import type { Io } from './io.js';
import { printable, printableLine } from './printable.js';
import { styled } from './style.js';

/** Exit code of a bug, as in sysexits.h (EX_SOFTWARE). */
const bug = 70;

/** Prints what ended the command and returns its exit code: 1, 2, 70, or 128 + the signal. */
export function reportFailure(thrown: unknown, name: string, io: Io): number {
  const first = firstFailure(thrown);
  const error = hostFailure(first, shown) ?? first;
  if (error instanceof Interrupted) {
    io.stderr.write(`${name}: ${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof GitianError) {
    io.stderr.write(told(error, name, io));
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(`${name}: this is a bug in ${name}, please report it:\n${printable(stack)}\n`);
  return bug;
}

/** A path as the user would type it; the folder that the command runs in may be gone by now. */
function shown(path: string): string {
  try {
    return shownPath(path, process.cwd());
  } catch {
    return path;
  }
}

function told(error: GitianError, name: string, io: Io): string {
  const label = (text: string): string => (io.lively ? styled('bold', text) : text);
  const parts = [`${label(`${name}:`)} ${printableLine(error.message)}`];
  parts.push(...error.lines.map(printableLine));
  // What a value may be, the help says of every option and variable, as it does of options that there aren't.
  const hint = error.hint ?? (error.code === 'usage-bad-value' ? `${name} --help` : undefined);
  if (hint !== undefined) parts.push(`${label('hint:')} ${printableLine(hint)}`);
  if (error.log !== undefined) parts.push(`${label('log:')} ${printableLine(shown(error.log))}`);
  return `${parts.join('\n')}\n`;
}
