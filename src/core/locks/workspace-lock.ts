import { readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure, type GitianError } from '../errors/gitian-error.js';
import { outOfRoom } from '../files/full-disk.js';
import { holdsLock, saysNoLocks, startKeeper, type KeeperEnd, type LockKeeper } from './lock-keeper.js';
import { makeFolder } from '../files/make-folder.js';
import { lastLine } from '../processes/process.js';
import { userName } from '../words/user-name.js';

/** Who holds a workspace: the content of its lock file while it is held. */
interface Holder {
  readonly command: string;
  readonly pid: number;
  readonly user: string;
  /** ISO 8601. */
  readonly since: string;
}

/** What a keeper exits with when another process has the lock. */
const taken = 75;

/** Keepers of the lock on a file: util-linux has flock, and a system without it has Perl. */
const keepers: readonly ((path: string) => LockKeeper)[] = [
  (path) => ({
    program: 'flock',
    args: [
      '--nonblock',
      '--conflict-exit-code',
      String(taken),
      '--',
      path,
      'sh',
      '-c',
      'echo held; exec cat',
    ],
  }),
  (path) => ({ program: 'perl', args: ['-e', perlKeeper, '--', path, String(taken)] }),
];

const perlKeeper = String.raw`
use Fcntl ':flock';
open(my $file, '>>', $ARGV[0]) or die "$ARGV[0]: $!\n";
flock($file, LOCK_EX | LOCK_NB) or do {
  exit $ARGV[1] if $!{EWOULDBLOCK};
  warn "$ARGV[0]: $!\n";
  exit 71;
};
$| = 1;
print "held\n";
1 while <STDIN>;
`;

/** Says that somebody else has a lock. */
type Busy = (lock: string, holder: string) => GitianError;

const workspaceBusy: Busy = (lock, holder) =>
  failure('workspace-busy', { path: dirname(dirname(lock)), holder });

/**
 * Takes the locks of a workspace for this process, or throws `workspace-busy`, or what `busy` makes of it, with who holds
 * one.
 *
 * The kernel holds a lock, through a {@link startKeeper keeper}: a lock file that is left lying means nothing.
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
  const lock = await heldLock(path, busy);
  try {
    await writeFile(path, `${JSON.stringify(holder(command))}\n`);
  } catch (error) {
    // The lock is held without a name in it, and what holds it may be about to make room.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }
  return {
    [Symbol.asyncDispose]: async () => {
      await truncate(path).catch(() => undefined);
      await lock[Symbol.asyncDispose]();
    },
  };
}

function holder(command: string): Holder {
  return { command, pid: process.pid, user: userName(), since: new Date().toISOString() };
}

/** The lock, through the first keeper that this host has. */
async function heldLock(path: string, busy: Busy): Promise<AsyncDisposable> {
  for (const keeper of keepers) {
    const keeping = await startKeeper(keeper(path));
    if (holdsLock(keeping)) return keeping;
    if (keeping === 'missing') continue;
    throw keeping.exitCode === taken ? busy(path, await holderOf(path)) : cantLock(path, keeping);
  }
  throw failure('tool-missing', { tools: ['flock'], packages: ['util-linux'] });
}

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

async function holderOf(path: string): Promise<string> {
  // The holder may be between taking the lock and writing its name.
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    const { command, pid, user, since } = JSON.parse(text) as Partial<Holder>;
    return `"${String(command)}" of ${String(user)} (process ${String(pid)}, since ${String(since)})`;
  } catch {
    return 'another command';
  }
}
