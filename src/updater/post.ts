import { isFailure } from '../core/errors/gitian-error.js';
import { run } from '../core/processes/process.js';

/** What is run after an installation: a program with its arguments, no shell. */
export interface PostCommand {
  readonly words: readonly [program: string, ...args: string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where what it prints goes: with `--json` stdout holds that alone. */
  readonly stdout: 'inherit' | 'own-stderr';
  readonly signal: AbortSignal;
}

/**
 * Runs it in the terminal, as the original did, and returns its exit code; 127, as shells have it, where it can't be
 * started, and why.
 */
export async function runPost({
  words: [program, ...args],
  ...how
}: PostCommand): Promise<{ readonly exitCode: number; readonly problem: string | undefined }> {
  try {
    const { exitCode } = await run({
      ...how,
      program,
      args,
      stdin: 'inherit',
      stderr: 'inherit',
      check: false,
    });
    return { exitCode, problem: exitCode === 0 ? undefined : `exited with ${String(exitCode)}` };
  } catch (error) {
    if (isFailure(error, 'tool-missing')) return { exitCode: unstarted, problem: 'is not installed' };
    if (isFailure(error, 'process-failed')) return { exitCode: unstarted, problem: "can't be started" };
    throw error;
  }
}

const unstarted = 127;
