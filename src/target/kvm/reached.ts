import { quoteWords } from '../../core/processes/shell-quote.js';
import { connectSsh } from '../ssh/connect.js';
import type { UserFiles } from '../guest-users.js';
import type { SshConnection } from '../ssh/connection.js';
import { runAtStart } from '../ssh/run-command.js';
import { workspaceAddress } from '../ssh/workspace-address.js';
import { networks } from './qemu/qemu-arguments.js';
import { QemuFailure, type RunningQemu } from './qemu/running-qemu.js';
import type { Startable } from './qemu/startable.js';

/** A QEMU whose guest answers. */
export interface Up {
  readonly qemu: RunningQemu;
  readonly port: number;
  readonly connection: SshConnection;
  /** Whether its kernel keeps the host's loopback from it already. */
  readonly isGuarded: boolean;
  /** Its users, where they are known. */
  readonly users?: UserFiles;
}

/** How long a guest may take to answer, in milliseconds: an emulated one on a busy host is slow, most of all to boot. */
const patience = { boot: 900_000, resume: 120_000 } as const;

/**
 * Waits for the guest's ssh server. `resume` has it go on from a saved state, as soon as the port is open: such a guest
 * has both networks. One that boots knows but the first; it is told of the other through that. What goes wrong ends QEMU.
 */
export async function reached(
  qemu: RunningQemu,
  { record, host }: Startable,
  resume?: () => Promise<void>,
): Promise<Up> {
  const ending = new AbortController();
  void qemu.session.ended.then(() => {
    ending.abort();
  });
  const interrupt = (): void => void qemu.session.kill();
  host.signal.addEventListener('abort', interrupt, { once: true });
  try {
    host.signal.throwIfAborted();
    const signal = AbortSignal.any([host.signal, ending.signal]);
    const logIn = async (port: number, milliseconds: number): Promise<SshConnection> => {
      const address = await workspaceAddress(host.workspace, { port, hostKey: record.hostKey });
      const outcome = await connectSsh(address, { milliseconds, signal });
      if (outcome.kind !== 'connected') throw new QemuFailure(outcome.reason);
      return outcome.connection;
    };
    if (resume === undefined) {
      const first = await qemu.forwardSsh('outside');
      const connection = await logIn(first.port, patience.boot);
      await setUpNetworks(connection, signal);
      connection.close();
      await first.forget();
    }
    const { port } = await qemu.forwardSsh('ssh');
    await resume?.();
    const connection = await logIn(port, patience.resume);
    return { qemu, port, connection, isGuarded: resume !== undefined };
  } catch (error) {
    const reason = ending.signal.aborted ? await qemu.ended() : error;
    await qemu.session.kill();
    host.signal.throwIfAborted();
    throw reason;
  } finally {
    host.signal.removeEventListener('abort', interrupt);
  }
}

/**
 * What comes in by the second network is answered there, though it is from an address of the first: where QEMU has a
 * network of its own, slirp4netns asks as 10.0.2.2. Once the first network is cut, nothing that is sent there waits for an answer.
 */
const networkScript = `
ip link set eth1 up && ip address add ${networks.ssh.guest}/24 dev eth1 &&
ip route add default via 10.0.3.2 dev eth1 table 3 && ip rule add from ${networks.ssh.guest} table 3 &&
echo 1 >/proc/sys/net/ipv4/conf/eth0/ignore_routes_with_linkdown`;

async function setUpNetworks(connection: SshConnection, signal: AbortSignal): Promise<void> {
  const line = quoteWords(['sh', '-c', networkScript]);
  const result = await runAtStart(connection, line, { signal });
  if (result?.exitCode === 0) return;
  throw new QemuFailure(
    `its network can't be set up: ${result?.stderr.trim() ?? 'its ssh connection ended'}`,
  );
}
