import { closeSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { failure, isFailure, type GitianError } from '../errors/gitian-error.js';
import { outOfRoom } from '../files/full-disk.js';
import { saysNoLocks, type KeeperEnd } from './lock-keeper.js';
import { makeFolder } from '../files/make-folder.js';
import { openToWrite } from '../files/write-over.js';
import { lastLine, run, type ProcessSpec } from '../processes/process.js';
import { userName } from '../words/user-name.js';

/** Who holds a workspace: the content of its lock file while it is held. */
interface Holder {
  readonly command: string;
  readonly pid: number;
  readonly user: string;
  /** ISO 8601. */
  readonly since: string;
}

const perlLocker = String.raw`
use Fcntl ':flock';
flock(STDIN, LOCK_EX | LOCK_NB) or do {
  exit $ARGV[0] if $!{EWOULDBLOCK};
  warn "$!\n";
  exit 71;
};
`;

/** What a locker exits with when another process has the lock. */
const taken = 75;

/**
 * Programs that take the kernel's lock on the file that is their stdin: util-linux has flock, and a system without it has
 * Perl. The lock stays with whoever has opened the file, this process, and dies with it however that comes about.
 */
const lockers: readonly Pick<ProcessSpec, 'program' | 'args'>[] = [
  { program: 'flock', args: ['--nonblock', '--conflict-exit-code', String(taken), '0'] },
  { program: 'perl', args: ['-e', perlLocker, '--', String(taken)] },
];

/** Says that somebody else has a lock. */
type Busy = (lock: string, holder: string) => GitianError;

const workspaceBusy: Busy = (lock, holder) =>
  failure('workspace-busy', { path: dirname(dirname(lock)), holder });

/**
 * Takes the locks of a workspace for this process, or throws `workspace-busy`, or what `busy` makes of it, with who holds
 * one.
 *
 * The kernel holds a lock: a lock file that is left lying means nothing.
 */
export async function lockWorkspace(
  { locks }: { readonly locks: readonly string[] },
  command: string,
  busy: Busy = workspaceBusy,
): Promise<AsyncDisposable> {
  const held: AsyncDisposable[] = [];
  const release = async (): Promise<void> => {
    for (const one of held.reverse()) await one[Symbol.asyncDispose]();
  };
  try {
    for (const path of locks) held.push(await lockFile(path, command, busy));
  } catch (error) {
    await release();
    throw error;
  }
  return { [Symbol.asyncDispose]: release };
}

async function lockFile(path: string, command: string, busy: Busy): Promise<AsyncDisposable> {
  await makeFolder(dirname(path));
  const file = openToWrite(path, { manner: 'lock' });
  try {
    await demandLock(path, file, busy);
    nameHolder(file, path, command);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return {
    [Symbol.asyncDispose]: () => {
      try {
        ftruncateSync(file);
      } catch {
        // What it says means nothing once it is free.
      }
      closeSync(file);
      return Promise.resolve();
    },
  };
}

function nameHolder(file: number, path: string, command: string): void {
  try {
    ftruncateSync(file);
    writeSync(file, `${JSON.stringify(holder(command))}\n`, 0);
  } catch (error) {
    // The lock is held without a name in it, and what holds it may be about to make room.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw Object.assign(error as Error, { path });
  }
}

function holder(command: string): Holder {
  return { command, pid: process.pid, user: userName(), since: new Date().toISOString() };
}

/** Takes the lock, through the first locker that this host has. */
async function demandLock(path: string, file: number, busy: Busy): Promise<void> {
  for (const locker of lockers) {
    const end = await run({ ...locker, stdin: { openFile: file }, check: false }).catch((error: unknown) => {
      if (isFailure(error, 'tool-missing')) return undefined;
      throw error;
    });
    if (end === undefined) continue;
    if (end.exitCode === 0) return;
    throw end.exitCode === taken ? busy(path, holderOf(file)) : cantLock(path, end);
  }
  throw failure('tool-missing', { tools: ['flock'], packages: ['util-linux'] });
}

/** More than a holder's name takes, in bytes. */
const mostWords = 8192;

function cantLock(lock: string, { exitCode, stderr }: KeeperEnd): GitianError {
  const reason = lastLine(stderr).replace(/^.*: /, '');
  if (saysNoLocks(exitCode)) return failure('locks-missing', { path: lock, reason });
  if (outOfRoom.test(stderr)) return failure('disk-full', { path: dirname(lock) });
  return failure('not-writable', {
    path: lock,
    reason,
    hint: 'see what is there, and who may write it: ls -ld',
  });
}

function holderOf(file: number): string {
  const words = Buffer.alloc(mostWords);
  try {
    const text = words.toString('utf8', 0, readSync(file, words, 0, mostWords, 0));
    const { command, pid, user, since } = JSON.parse(text) as Partial<Holder>;
    return `"${String(command)}" of ${String(user)} (process ${String(pid)}, since ${String(since)})`;
  } catch {
    // The holder may be between taking the lock and writing its name.
    return 'another command';
  }
}
