import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, isAbsolute } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { execa, type Options, type ResultPromise } from 'execa';
import { askToEnd } from './ask-to-end.js';
import { demandFiles } from './demand-files.js';
import { failure } from '../errors/gitian-error.js';
import { isRunning } from './is-running.js';
import { openToWrite } from '../files/write-over.js';
import { startFailure } from './start-failure.js';

/** A program to run. Never a shell string: `args` reach the program as they are. */
export interface ProcessSpec {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment; without it the child gets {@link hostEnvironment}. */
  readonly env?: Readonly<Record<string, string>>;
  /** Nothing by default. Bytes are given whole; a stream is piped; 'inherit' is the terminal; 'pipe' is the caller's to write. */
  readonly stdin?: Uint8Array | Readable | 'inherit' | 'pipe' | { readonly openFile: number };
  /** 'capture' (default, at most {@link captureLimit} bytes), 'ignore', 'inherit', a stream, or a file to append to. */
  readonly stdout?: OutputTo | 'own-stderr';
  readonly stderr?: OutputTo;
  /** Throws `process-failed` unless the program exits with 0. Default true. */
  readonly check?: boolean;
  /**
   * Ends the program and all that it started in its process group, at the latest with this process. One without a signal
   * goes on when this process ends before it.
   */
  readonly signal?: AbortSignal;
  /**
   * Stays in the terminal's process group: for programs that ask there. Default false, except with stdin 'inherit'. False
   * as a value of its own: has no terminal that /dev/tty could open, as root through sudo neither.
   */
  readonly inForeground?: boolean;
  /** Doesn't wait for output of processes that the program leaves behind. */
  readonly leavesDaemons?: boolean;
  /** How to send a signal where kill(2) isn't allowed, as with sudo. */
  readonly kill?: (pid: number, signal: NodeJS.Signals) => void;
}

/** Where a program's output goes; for stdout also 'own-stderr', which is this process's. */
export type OutputTo = 'capture' | 'ignore' | 'inherit' | Writable | { readonly appendTo: string };

/** How a program ended. `exitCode` is 128 + n when signal n killed it. */
export interface ProcessResult {
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs. */
export interface RunningProcess {
  readonly pid: number;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Resolves when it has ended and its output was taken; rejects only as `check` and `signal` say. */
  readonly ended: Promise<ProcessResult>;
  /** Whether it has ended itself: its number may be another process's then, also while output of it is held open. */
  hasExited(): boolean;
  /** Sends a signal to its process group, whoever of that is left; in the foreground to the program alone. */
  kill(signal: NodeJS.Signals): void;
}

/** How much output of one program is kept, in bytes. */
const captureLimit = 64 * 1024 * 1024;

/** How long output may come after the exit of a program that leaves daemons, or after SIGKILL, in milliseconds. */
const lastWords = 500;

/** Runs a program to its end. */
export async function run(spec: ProcessSpec): Promise<ProcessResult> {
  return start(spec).ended;
}

/** Starts a program that nobody waits for, and that goes on when this process ends. */
export function leaveRunning({ program, args }: Pick<ProcessSpec, 'program' | 'args'>): LeftRunning {
  demandFiles(program);
  const child = execa(program, args, {
    ...{ detached: true, cleanup: false, stdio: 'ignore', reject: false, buffer: false },
    extendEnv: false,
    env: hostEnvironment(),
  });
  child.unref();
  return {
    ended: async () => {
      child.ref();
      await child;
    },
  };
}

/** A process that goes on when this one has ended. */
export interface LeftRunning {
  /** Waits for its end, however that comes. */
  readonly ended: () => Promise<void>;
}

/** Starts a program. One that can't be started is `tool-missing` or `process-failed` at `ended`, whatever `check` says. */
export function start(spec: ProcessSpec): RunningProcess {
  spec.signal?.throwIfAborted();
  demandFiles(spec.program);
  const files: number[] = [];
  const child: ResultPromise = execa(spec.program, spec.args, optionsOf(spec, files));
  // The child has its own copies by now.
  for (const file of files) closeSync(file);
  passOn(child.stdout, spec.stdout);
  passOn(child.stderr, spec.stderr);
  const hasExited = (): boolean =>
    child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    if (!inForeground(spec)) signalTo(-child.pid, signal, spec.kill);
    else if (!hasExited()) signalTo(child.pid, signal, spec.kill);
  };
  return {
    pid: child.pid ?? 0,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    hasExited,
    kill,
    ended: outcome(spec, child, kill),
  };
}

/**
 * What every child may see of this process's environment: what tools need to work, in the C locale, and nothing that would
 * have them do or say another thing than they are asked for.
 */
export function hostEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && !swaying.test(name)) env[name] = value;
  return { ...env, PATH: searchPath(env['PATH']), LC_ALL: 'C.UTF-8', ...extra };
}

/**
 * The folders of `$PATH` in which a program is the user's or the host's: not those that are named relatively, or by nothing
 * at all, which is whatever folder a command runs in, with files of others in it.
 */
function searchPath(path = ''): string {
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.length === 0 ? usualPath : folders.join(delimiter);
}

/** What is searched where `$PATH` names no folder. */
const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Beside options of archivers, shells, interpreters, coreutils, apt and dpkg: GNU gettext follows `LANGUAGE` in any locale but `C`. */
const swaying =
  /^(?:LANGUAGE|(?:TAR|GREP)_OPTIONS|POSIXLY_CORRECT|(?:BASH_)?ENV|CDPATH|(?:QUOTING|TIME)_STYLE|\w*BLOCK_?SIZE|GZIP|BZIP2?|XZ_(?:OPT|DEFAULTS)|ZSTD_\w+|APT_CONFIG|(?:DPKG|DEB)_\w+|SOURCE_DATE_EPOCH|SHELLOPTS|BASHOPTS|BASH_FUNC_.*|PS4|PERL\w+|PYTHON\w+)$/s;

function inForeground(spec: ProcessSpec): boolean {
  return spec.inForeground ?? spec.stdin === 'inherit';
}

function optionsOf(spec: ProcessSpec, files: number[]): Options {
  return {
    reject: false,
    cleanup: false,
    buffer: { stdout: captures(spec.stdout), stderr: captures(spec.stderr) },
    maxBuffer: captureLimit,
    stripFinalNewline: false,
    extendEnv: false,
    env: spec.env ?? hostEnvironment(),
    detached: !inForeground(spec),
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    ...input(spec.stdin),
    stdout: output(spec.stdout, files),
    stderr: output(spec.stderr, files),
  };
}

function input(stdin: ProcessSpec['stdin']): Options {
  if (stdin === undefined) return { stdin: 'ignore' };
  if (stdin === 'inherit' || stdin === 'pipe') return { stdin };
  if (stdin instanceof Uint8Array) return { input: stdin };
  if ('openFile' in stdin) return { stdin: asIs(stdin.openFile) };
  return { stdin: [stdin, 'pipe'] };
}

function captures(to: ProcessSpec['stdout']): boolean {
  return to === undefined || to === 'capture';
}

function output(to: ProcessSpec['stdout'], files: number[]): NonNullable<Options['stdout']> {
  if (to === 'own-stderr') return 2;
  if (to === 'ignore' || to === 'inherit') return to;
  if (typeof to !== 'object' || !('appendTo' in to)) return 'pipe';
  const file = openToWrite(to.appendTo, { manner: 'append', mode: 0o644 });
  files.push(file);
  return asIs(file);
}

/** Node takes any open file for a child's; execa's types know only those that are open in the child already. */
function asIs(file: number): 'pipe' {
  return file as unknown as 'pipe';
}

/** Streams of the caller's stay open: they may take the output of several programs. */
function passOn(from: Readable | null, to: ProcessSpec['stdout']): void {
  if (typeof to === 'object' && !('appendTo' in to)) from?.pipe(to, { end: false });
}

async function outcome(
  spec: ProcessSpec,
  child: ResultPromise,
  kill: (signal: NodeJS.Signals) => void,
): Promise<ProcessResult> {
  const timers: NodeJS.Timeout[] = [];
  const letGo = (): void => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  const letGoSoon = (): void => {
    timers.push(setTimeout(letGo, lastWords).unref());
  };
  let callOff: (() => void) | undefined;
  const abort = (): void => {
    callOff = askToEnd(kill, letGoSoon);
  };
  spec.signal?.addEventListener('abort', abort, { once: true });
  child.once('exit', () => {
    if (spec.leavesDaemons === true) letGoSoon();
  });
  try {
    const result = await child;
    spec.signal?.throwIfAborted();
    if (child.pid === undefined) {
      const error = result.cause as NodeJS.ErrnoException;
      const path = (spec.env ?? hostEnvironment())['PATH'] ?? '';
      throw await startFailure({ program: error.path ?? spec.program, cwd: spec.cwd, path, error });
    }
    return checked(spec, {
      exitCode: child.exitCode ?? result.exitCode ?? 128 + constants.signals[result.signal ?? 'SIGHUP'],
      signal: result.signal,
      stdout: text(result.stdout),
      stderr: text(result.stderr),
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    spec.signal?.removeEventListener('abort', abort);
    if (!hasSurvivors(spec, child)) callOff?.();
  }
}

/** Whether there are still processes in a program's group after its end: without any its number may soon be another's. */
function hasSurvivors(spec: ProcessSpec, { pid }: ResultPromise): boolean {
  return !inForeground(spec) && pid !== undefined && isRunning(-pid);
}

function checked(spec: ProcessSpec, result: ProcessResult): ProcessResult {
  if (spec.check === false || result.exitCode === 0) return result;
  const outcomeWords =
    result.signal === undefined ? `exited with ${String(result.exitCode)}` : `was ended by ${result.signal}`;
  throw failure(
    'process-failed',
    { program: spec.program, outcome: outcomeWords, words: lastLine(result.stderr) },
    logOf(spec),
  );
}

function logOf(spec: ProcessSpec): { log: string } | undefined {
  const to = spec.stderr;
  return typeof to === 'object' && 'appendTo' in to ? { log: to.appendTo } : undefined;
}

/** The last line that says something, shortened to what fits a sentence. */
export function lastLine(output: string): string {
  const line = output.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function text(captured: unknown): string {
  return typeof captured === 'string' ? captured : '';
}

function signalTo(pid: number, signal: NodeJS.Signals, kill: ProcessSpec['kill']): void {
  try {
    if (kill === undefined) process.kill(pid, signal);
    else kill(pid, signal);
  } catch (error) {
    // Nobody is left, or none whom this user may end.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
