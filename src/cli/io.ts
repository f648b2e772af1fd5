import type { Readable, Writable } from 'node:stream';

/** The terminal or pipes that a command talks to. Data goes to `stdout`, words to `stderr`. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: NodeJS.WriteStream;
  /** Whether words may move and have colour: a terminal, and no `NO_COLOR`, `TERM=dumb` or `CI`. */
  readonly lively: boolean;
}

/** The io of this process. */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  return { stdin, stdout, stderr, lively: stderr.isTTY && wantsLiveliness(env) };
}

/** With `CI` the log is shown as it comes, and a moving line would be in its way. */
function wantsLiveliness(env: NodeJS.ProcessEnv): boolean {
  return (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb' && env['CI'] === undefined;
}
