import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { commandFiles, type CommandName } from '../../src/cli/command-files.js';

/** The project's folder. */
export const project = join(import.meta.dirname, '../..');

/** Every command there is. */
export const commandNames = Object.keys(commandFiles) as CommandName[];

const byHand: readonly string[] = [
  'make-clean-vm',
  'start-target',
  'stop-target',
  'on-target',
  'copy-to-target',
  'copy-from-target',
] satisfies CommandName[];

/** The executable of a command. It runs what is compiled: `npm run build`. */
export function executable(name: CommandName): string {
  return join(project, byHand.includes(name) ? 'libexec' : 'bin', name);
}

/** What a program has come to. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with nothing on stdin and no more environment than it needs. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Outcome {
  const { PATH = '', HOME = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { PATH, HOME, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  return { exitCode: status, stdout, stderr };
}
