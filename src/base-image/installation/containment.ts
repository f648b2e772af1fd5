import { PassThrough, type Readable, type Writable } from 'node:stream';
import { start } from '../../core/processes/process.js';

/** Work that runs as root of namespaces of its own, in a directory that vanishes with it. */
export interface Containment {
  /** Shell text; its first argument is the directory. */
  readonly script: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the directory is made; in memory, of this size in MiB, where `memory` isn't 0. */
  readonly memory: number;
  readonly parent: string;
  /** Where its words go; stays open. */
  readonly stderr: Writable;
  readonly signal: AbortSignal;
}

/** Contained work under way. */
export interface ContainedWork {
  readonly stdout: Readable;
  /** Its exit code, when nothing of it is left. Rejects when the run is interrupted. */
  readonly ended: Promise<number>;
  /** Ends it, with all that it started. */
  readonly stop: () => void;
}

/** How long contained work has to vanish by itself, in milliseconds. */
const patience = 10_000;

/**
 * Starts contained work through the program that makes namespaces here. `contain` is the text of
 * `share/base-image/contain.sh`: what is contained can't read this package's files where they lie in a private directory.
 * Throws the signal's reason where that has come before.
 */
export function contain(work: Containment, contain: string): ContainedWork {
  work.signal.throwIfAborted();
  const stdout = new PassThrough();
  const child = start({
    program: 'mmdebstrap',
    args: [
      '--unshare-helper',
      '/bin/sh',
      '-c',
      contain,
      'contain',
      work.script,
      String(work.memory),
      work.parent,
      ...work.args,
    ],
    env: work.env,
    stdin: 'pipe',
    stdout,
    stderr: work.stderr,
    check: false,
  });
  let force: NodeJS.Timeout | undefined;
  let over = false;
  const stop = (): void => {
    if (over) return;
    child.stdin?.end();
    // What nobody takes any more would keep it from ending.
    stdout.resume();
    force ??= setTimeout(() => {
      child.kill('SIGKILL');
    }, patience);
  };
  work.signal.addEventListener('abort', stop, { once: true });
  const ended = child.ended
    .then(({ exitCode }) => {
      work.signal.throwIfAborted();
      return exitCode;
    })
    .finally(() => {
      over = true;
      stdout.end();
      clearTimeout(force);
      work.signal.removeEventListener('abort', stop);
    });
  return { stdout, ended, stop };
}
