import { randomBytes } from 'node:crypto';
import { quoteWords } from '../../core/shell-quote.js';
import type { SshConnection } from './connection.js';
import { runCommand } from './run-command.js';

/**
 * Stirs what comes on stdin into the kernel's random numbers and has it make new keys of them at once (RNDRESEEDCRNG);
 * writing alone would wait for the kernel's own next time. Perl is in every Debian and Ubuntu, and always was.
 */
const stir =
  'binmode STDIN; local $/; my $seed = <STDIN>; open(my $r, "+>", "/dev/urandom") or die "$!"; syswrite($r, $seed); ioctl($r, 0x5207, 0) or die "$!"';

const script = `date -u -s "@$1" >/dev/null && exec perl -e "$2"`;

/**
 * Tells a guest that goes on from a saved state what it slept through: its clock stands where it was, and its random numbers would be those
 * of every other machine that wakes from the same state. Returns why that can't be done, or undefined.
 */
export async function wakeGuest(connection: SshConnection, signal: AbortSignal): Promise<string | undefined> {
  const argv = ['sh', '-c', script, 'sh', String(Date.now() / 1000), stir];
  const result = await runCommand(connection, quoteWords(argv), { stdin: randomBytes(512), signal });
  if (result === undefined) return 'its ssh connection ended';
  return result.exitCode === 0 ? undefined : `its clock can't be set: ${result.stderr.trim()}`;
}
