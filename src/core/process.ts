import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { failure } from './errors/gitian-error.js';
import { endsWithUs } from './foreground-processes.js';
import { give, inputFrom, outputTo, take, type InputFrom, type OutputTo } from './process-streams.js';

export type { OutputTo } from './process-streams.js';

/** A program to run. Never a shell string: `args` reach the program as they are. */
export interface ProcessSpec {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment; without it the child gets {@link hostEnvironment}. */
  readonly env?: Readonly<Record<string, string>>;
  /** Nothing by default. */
  readonly stdin?: InputFrom;
  /** 'capture' (default, at most 64 MiB), 'ignore', 'inherit', a stream, or a file to append to. */
  readonly stdout?: OutputTo;
  readonly stderr?: OutputTo;
  /** Throws `process-failed` unless the program exits with 0. Default true. */
  readonly check?: boolean;
  /** Ends the program and all that it started in its process group. */
  readonly signal?: AbortSignal;
  /** The kernel kills the program when this process dies, however it dies (Linux). */
  readonly diesWithParent?: boolean;
  /** Stays in the terminal's process group: for programs that ask there. Default false, except with stdin 'inherit'. */
  readonly inForeground?: boolean;
  /** Doesn't wait for output of processes that the program leaves behind. */
  readonly leavesDaemons?: boolean;
  /** How to send a signal where kill(2) isn't allowed, as with sudo. */
  readonly kill?: (pid: number, signal: NodeJS.Signals) => void;
}

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
  /** Sends a signal to its process group. */
  kill(signal: NodeJS.Signals): void;
}

/** How long a program has to end after SIGTERM before SIGKILL, in milliseconds. */
const patience = 5000;

/** How long output may come after the exit of a program that leaves daemons, in milliseconds. */
const lastWords = 500;

/** Runs a program to its end. */
export async function run(spec: ProcessSpec): Promise<ProcessResult> {
  return start(spec).ended;
}

/** Starts a program that nobody waits for, and that goes on when this process ends. */
export function leaveRunning({ program, args }: Pick<ProcessSpec, 'program' | 'args'>): void {
  const child = spawn(program, args, { env: hostEnvironment(), detached: true, stdio: 'ignore' });
  // Nobody is there to be told that it couldn't be started.
  child.on('error', () => undefined);
  child.unref();
}

/** Starts a program. A program that can't be started is `tool-missing` or `process-failed` at `ended`. */
export function start(spec: ProcessSpec): RunningProcess {
  spec.signal?.throwIfAborted();
  const child = spawned(spec);
  if (child instanceof Error) return neverStarted(spec, child);
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    signalTo(inForeground(spec) ? child.pid : -child.pid, signal, spec.kill);
  };
  if (inForeground(spec) && child.pid !== undefined) endsWithUs(child);
  // Whoever waits for the end is told more than a broken pipe tells.
  for (const stream of child.stdio) stream?.on('error', () => undefined);
  give(spec.stdin, child.stdin);
  const output = { stdout: take(spec.stdout, child.stdout), stderr: take(spec.stderr, child.stderr) };
  return {
    pid: child.pid ?? 0,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    kill,
    ended: outcome(spec, child, { ...output, kill }),
  };
}

/** What every child may see of this process's environment: enough for tools to work, in the C locale. */
export function hostEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  return { ...env, LC_ALL: 'C.UTF-8', ...extra };
}

function boundToParent(spec: ProcessSpec): [string, readonly string[]] {
  if (process.platform !== 'linux') return [spec.program, spec.args];
  return ['setpriv', ['--pdeathsig', 'KILL', '--', spec.program, ...spec.args]];
}

function inForeground(spec: ProcessSpec): boolean {
  return spec.inForeground ?? spec.stdin === 'inherit';
}

/** The child; or why the host refused at once to make one, for example because the arguments are too long. */
function spawned(spec: ProcessSpec): ChildProcess | Error {
  const [program, args] = spec.diesWithParent === true ? boundToParent(spec) : [spec.program, spec.args];
  const files: number[] = [];
  try {
    return spawn(program, args, {
      env: spec.env ?? hostEnvironment(),
      detached: !inForeground(spec),
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      stdio: [inputFrom(spec.stdin), outputTo(spec.stdout, files), outputTo(spec.stderr, files)],
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    // The child has its own copies by now.
    for (const file of files) closeSync(file);
  }
}

function neverStarted(spec: ProcessSpec, reason: Error): RunningProcess {
  const ended = Promise.reject(notStarted(spec, reason));
  return { pid: 0, stdin: null, stdout: null, stderr: null, kill: () => undefined, ended };
}

interface Running {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
}

async function outcome(
  spec: ProcessSpec,
  child: ChildProcess,
  { stdout, stderr, kill }: Running,
): Promise<ProcessResult> {
  const timers: NodeJS.Timeout[] = [];
  const abort = (): void => {
    kill('SIGTERM');
    timers.push(setTimeout(kill, patience, 'SIGKILL'));
  };
  const letGo = (): void => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  spec.signal?.addEventListener('abort', abort, { once: true });
  child.once('exit', () => {
    if (spec.leavesDaemons === true) timers.push(setTimeout(letGo, lastWords));
  });
  try {
    const { code, signal } = await closed(child).catch((error: unknown) => {
      spec.signal?.throwIfAborted();
      throw notStarted(spec, error);
    });
    spec.signal?.throwIfAborted();
    const exitCode = code ?? 128 + constants.signals[signal ?? 'SIGHUP'];
    return checked(spec, { exitCode, signal: signal ?? undefined, stdout: stdout(), stderr: stderr() });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    spec.signal?.removeEventListener('abort', abort);
  }
}

/** Waits until a program has ended and its output is at its end; rejects where it couldn't be started. */
function closed(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      if (child.pid === undefined) reject(error);
    });
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
}

function notStarted({ program }: ProcessSpec, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return failure('tool-missing', { tools: [program], packages: [] });
  return failure('process-failed', { program, outcome: 'could not be started', words: message });
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

function signalTo(pid: number, signal: NodeJS.Signals, kill: ProcessSpec['kill']): void {
  try {
    if (kill === undefined) process.kill(pid, signal);
    else kill(pid, signal);
  } catch (error) {
    // It ended between the check and the call.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
