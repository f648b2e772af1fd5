import type { SimpleGitOptions } from 'simple-git';
import { failure } from '../../core/errors/gitian-error.js';
import { packageFile } from '../../core/package-files.js';
import { hostEnvironment } from '../../core/process.js';
import { gitConfig, gitEnvironment, ownVariables, passedOn, type Reach } from './settings.js';

/** Where and how git runs. */
export interface GitPlace {
  /** The work tree; must exist. */
  readonly directory: string;
  /** Above this folder git looks for no repository. */
  readonly ceiling: string;
  readonly reach: Reach;
  /** Names of filters that must not run. */
  readonly filters?: readonly string[];
  readonly signal: AbortSignal;
  /** Whether an abort also ends what git itself started; it costs a few milliseconds. */
  readonly endsHelpers?: boolean;
  /** Gets a few words now and then while git works on something long. */
  readonly progress?: ((text: string) => void) | undefined;
}

/** A git command that ended with an exit code other than 0. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure';
  readonly exitCode: number;
  readonly stderr: string;

  constructor(args: readonly string[], exitCode: number, stderr: string) {
    super(`git ${args.join(' ')} exited with ${String(exitCode)}: ${stderr}`);
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** Runs a git command and returns what it prints; throws {@link GitFailure}, or the reason of the signal. */
export type Git = (...args: readonly string[]) => Promise<string>;

/** Git in one place. The library is loaded now, so that builds without remotes never do. */
export async function gitAt(place: GitPlace): Promise<Git> {
  const { simpleGit } = await import('simple-git');
  const runner = simpleGit({
    baseDir: place.directory,
    // The library's abort reaches git only, and a helper that waits for a silent server would stay.
    binary: place.endsHelpers === true ? ['sh', packageFile('share/git/session.sh')] : 'git',
    config: gitConfig(place.reach, place.filters),
    allowEnvironment: [...passedOn, ...ownVariables],
    abort: place.signal,
    completion: { onClose: true, onExit: false },
    errors: (_, { exitCode, stdErr }) =>
      exitCode === 0
        ? undefined
        : Buffer.from(JSON.stringify({ exitCode, stderr: Buffer.concat(stdErr).toString('utf8') })),
    ...progressOf(place.progress),
    // All of these values are this module's own or the user's.
    unsafe: {
      allowUnsafeAskPass: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeCustomBinary: true,
      allowUnsafeExec: true,
      allowUnsafeFilter: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeGitProxy: true,
      allowUnsafeHooksPath: true,
      allowUnsafeProtocolOverride: true,
      allowUnsafeSshCommand: true,
      allowUnsafeTemplateDir: true,
    },
  }).env(gitEnvironment(hostEnvironment(), place.ceiling));
  return async (...args) => {
    place.signal.throwIfAborted();
    try {
      return await runner.raw(place.progress === undefined ? [...args] : withProgress(args));
    } catch (error) {
      place.signal.throwIfAborted();
      throw translated(args, error);
    }
  };
}

function progressOf(progress: GitPlace['progress']): Pick<Partial<SimpleGitOptions>, 'progress'> {
  if (progress === undefined) return {};
  return {
    progress: ({ stage, progress: percent }) => {
      progress(`${stage.replace(/^remote:/, '')} ${String(percent)} %`);
    },
  };
}

/** The library would put the option behind what is after `--` if it weren't there already. */
function withProgress([command = '', ...rest]: readonly string[]): string[] {
  return ['fetch', 'checkout'].includes(command) ? [command, '--progress', ...rest] : [command, ...rest];
}

function translated(args: readonly string[], error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const found = /^\{"exitCode":(?:-?\d+|null),"stderr":.*\}$/s.exec(message);
  if (found === null) return error;
  const { exitCode, stderr } = JSON.parse(message) as { exitCode: number | null; stderr: string };
  if (exitCode === 127) return failure('tool-missing', { tools: ['git'], packages: ['git'] });
  return new GitFailure(args, exitCode ?? -1, stderr);
}
