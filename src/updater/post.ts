import { run } from '../core/process.js';

/** What is run after an installation: a program with its arguments, no shell. */
export interface PostCommand {
  readonly words: readonly [program: string, ...args: string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Runs it in the terminal, as the original did, and returns its exit code. Throws `tool-missing`. */
export async function runPost({ words: [program, ...args], ...how }: PostCommand): Promise<number> {
  const { exitCode } = await run({
    ...how,
    program,
    args,
    stdin: 'inherit',
    stdout: 'inherit',
    stderr: 'inherit',
    check: false,
  });
  return exitCode;
}
