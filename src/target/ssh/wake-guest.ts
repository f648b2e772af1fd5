import { randomBytes } from 'node:crypto';
import { quoteWords } from '../../core/processes/shell-quote.js';
import type { SshConnection } from './connection.js';
import { runAtStart } from './run-command.js';

/**
 * Sets the clock, stirs what comes on stdin into the kernel's random numbers and has it make new keys of them at once
 * (RNDRESEEDCRNG); writing alone would wait for the kernel's own next time. Perl is in every Debian and Ubuntu, and always
 * was.
 */
const script = `
open STDOUT, ">", "/dev/null";
system("date", "-u", "-s", '@' . $ARGV[0]) and die "date fails\n";
binmode STDIN; local $/; my $seed = <STDIN>;
open(my $r, "+>", "/dev/urandom") or die "$!";
syswrite($r, $seed); ioctl($r, 0x5207, 0) or die "$!"`;

/** Sets the clock alone, and says what it is then; see date(1). */
const setClock = (now: string): string[] => ['date', '-u', '-s', `@${now}`];

/**
 * Tells a guest that goes on from a saved state what it slept through: its clock stands where it was, and its random
 * numbers would be those of every other machine that wakes from the same state, unless its kernel was told. Returns why
 * that can't be done, or undefined.
 */
export async function wakeGuest(
  connection: SshConnection,
  signal: AbortSignal,
  hasOwnNumbers = false,
): Promise<string | undefined> {
  const now = String(Date.now() / 1000);
  const argv = hasOwnNumbers ? setClock(now) : ['perl', '-e', script, now];
  const result = await runAtStart(connection, quoteWords(argv), { stdin: randomBytes(512), signal });
  if (result === undefined) return 'its ssh connection ended';
  return result.exitCode === 0 ? undefined : `its clock can't be set: ${result.stderr.trim()}`;
}
