import { totalmem } from 'node:os';
import type { SimpleGitOptions } from 'simple-git';
import { failure } from '../../core/errors/gitian-error.js';
import { packageFile } from '../../core/package-files.js';
import { demandFiles } from '../../core/processes/demand-files.js';
import { hostEnvironment } from '../../core/processes/process.js';
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

/** How much one command may print, in bytes: the library keeps all of it, and a server has a say in it. */
const mostPrinted = 64 * 1024 * 1024;

/** How much of git's words is kept from their beginning and from their end, in bytes. */
const mostWords = 32 * 1024;

/** Runs a git command and returns what it prints; throws {@link GitFailure}, or the reason of the signal. */
export type Git = (...args: readonly string[]) => Promise<string>;

/** Git in one place. The library is loaded now, so that builds without remotes never do. */
export async function gitAt(place: GitPlace): Promise<Git> {
  const { simpleGit } = await import('simple-git');
  const flood = new AbortController();
  const runner = simpleGit(optionsOf(place, flood.signal))
    .env({ ...gitEnvironment(hostEnvironment(), place.ceiling), GITIAN_GIT_MEMORY: String(mostMemory()) })
    .outputHandler((_, stdout, stderr) => {
      let printed = 0;
      for (const stream of [stdout, stderr])
        stream.on('data', (bytes: Buffer) => {
          printed += bytes.length;
          if (printed > mostPrinted) flood.abort();
        });
    });
  return async (...args) => {
    place.signal.throwIfAborted();
    demandFiles('git');
    try {
      return await runner.raw(place.progress === undefined ? [...args] : withProgress(args));
    } catch (error) {
      place.signal.throwIfAborted();
      if (flood.signal.aborted) throw new GitFailure(args, -1, 'fatal: it printed more than 64 MiB');
      throw translated(args, error);
    }
  };
}

function optionsOf(place: GitPlace, flooded: AbortSignal): Partial<SimpleGitOptions> {
  return {
    baseDir: place.directory,
    // The library's abort reaches git only, and a helper that waits for a silent server would stay.
    binary: ['sh', packageFile(`share/git/${place.endsHelpers === true ? 'session' : 'bounded'}.sh`)],
    config: gitConfig(place.reach, place.filters),
    allowEnvironment: [...passedOn, ...ownVariables],
    abort: AbortSignal.any([place.signal, flooded]),
    completion: { onClose: true, onExit: false },
    errors: (_, { exitCode, stdErr }) =>
      exitCode === 0
        ? undefined
        : Buffer.from(JSON.stringify({ exitCode, stderr: bothEnds(Buffer.concat(stdErr)) })),
    ...progressOf(place.progress),
    unsafe: ownOrTheUsers,
  };
}

/** What the library refuses to pass on unless it is told to: all values of these are this module's own or the user's. */
const ownOrTheUsers = {
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
} as const;

/** How much memory one process of git may take, in KiB: half of what there is, of this host or its control group. */
function mostMemory(): number {
  const there = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return Math.floor(there / 2 / 1024);
}

function bothEnds(words: Buffer): string {
  if (words.length <= 2 * mostWords) return words.toString('utf8');
  return `${words.toString('utf8', 0, mostWords)}\n${words.toString('utf8', words.length - mostWords)}`;
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
