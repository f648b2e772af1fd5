import { connectSsh } from '../ssh/connect.js';
import type { UserFiles } from '../guest-users.js';
import type { SshConnection } from '../ssh/connection.js';
import { sshAddress } from './log-in.js';
import { QemuFailure, type RunningQemu } from './running-qemu.js';
import type { Startable } from './startable.js';

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
 * Waits for the guest's ssh server. `resume` has it go on from a saved state, as soon as the port is open. What goes wrong
 * ends QEMU.
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
    const port = await qemu.forwardSsh();
    await resume?.();
    const address = await sshAddress(host.workspace, { port, hostKey: record.hostKey });
    const signal = AbortSignal.any([host.signal, ending.signal]);
    const milliseconds = patience[resume === undefined ? 'boot' : 'resume'];
    const outcome = await connectSsh(address, { milliseconds, signal });
    if (outcome.kind !== 'connected') throw new QemuFailure(outcome.reason);
    return { qemu, port, connection: outcome.connection, isGuarded: resume !== undefined };
  } catch (error) {
    const reason = ending.signal.aborted ? await qemu.ended() : error;
    await qemu.session.kill();
    host.signal.throwIfAborted();
    throw reason;
  } finally {
    host.signal.removeEventListener('abort', interrupt);
  }
}
