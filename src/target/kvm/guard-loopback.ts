import { quoteWords } from '../../core/processes/shell-quote.js';
import type { SshConnection } from '../ssh/connection.js';
import { runAtStart } from '../ssh/run-command.js';

/**
 * QEMU's network leads what the guest sends to 10.0.2.2 to the loopback of where QEMU runs, which is the host's where QEMU
 * has no network of its own, and has no switch against it. So the guest's kernel sends it by way of an address where nobody
 * is. A route that forbids would not hold for a socket that is bound to the device. Root of the guest can undo that; see
 * docs/backends.md.
 */
const script = `
ip route del 10.0.2.2 2>/dev/null
[ "$1" = open ] && exit 0
ip route add 10.0.2.2 via 10.0.2.254`;

/** Lets the guest reach the host's loopback, or refuses it. Returns why that can't be done, or undefined. */
export async function guardLoopback(
  connection: SshConnection,
  reaches: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const line = quoteWords(['sh', '-c', script, 'sh', reaches ? 'open' : 'shut']);
  const result = await runAtStart(connection, line, { signal });
  if (result === undefined) return 'its ssh connection ended';
  return result.exitCode === 0 ? undefined : `its network can't be set up: ${result.stderr.trim()}`;
}
