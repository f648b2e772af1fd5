import { connect } from 'node:net';
import { quoteWords } from '../../../core/processes/shell-quote.js';
import type { SshConnection } from '../../ssh/connection.js';
import { runCommand } from '../../ssh/run-command.js';

/**
 * Waits in a guest that is about to be saved for the time, a line on its second serial port, sets the clock (settimeofday,
 * by the number that the guest's architecture has for it), says so, and is gone. An emulated guest would need a quarter of
 * a second to start date(1) for ssh. The parent ends when all is ready.
 */
const waiter = String.raw`
use Fcntl;
sysopen(my $line, "/dev/ttyS1", O_RDWR | O_NOCTTY) or die "$!\n";
system("stty", "-F", "/dev/ttyS1", "raw", "-echo") == 0 or die "stty fails\n";
my $child = fork() // die "fork: $!\n";
exit 0 if $child;
open STDIN, "<", "/dev/null"; open STDOUT, ">", "/dev/null"; open STDERR, ">", "/dev/null";
my ($seconds, $micro) = <$line> =~ /^(\d{1,10}) (\d{1,6})$/ or exit 1;
my $number = length(pack("l!", 0)) == 8 ? 164 : 79;
exit 1 if syscall($number, pack("l!2", $seconds, $micro), 0) != 0;
syswrite($line, "awake\n");
`;

const answer = 'awake\n';

/** How long a guest may take to set its clock, in milliseconds: then it is told by ssh. */
const patience = 10_000;

/** Has a guest wait for {@link wakeByLine}, also once it was saved; false where it can't. */
export async function awaitWaking(connection: SshConnection, signal: AbortSignal): Promise<boolean> {
  const line = quoteWords(['perl', '-e', waiter]);
  const result = await runCommand(connection, line, { signal, leavesDaemons: true });
  return result?.exitCode === 0;
}

/**
 * Tells a guest that goes on what time it is, through its second serial port, on which QEMU listens at `path`. Whether it
 * has set its clock.
 */
export async function wakeByLine(path: string): Promise<boolean> {
  const now = Date.now();
  const socket = connect(path);
  socket.write(`${String(Math.floor(now / 1000))} ${String((now % 1000) * 1000)}\n`);
  let said = '';
  socket
    .setTimeout(patience, () => socket.destroy())
    .on('data', (bytes) => {
      said += bytes.toString('latin1');
      if (said.length >= answer.length) socket.destroy();
    });
  await new Promise<void>((resolve) => {
    socket
      .once('close', () => {
        resolve();
      })
      .on('error', () => undefined);
  });
  return said === answer;
}
