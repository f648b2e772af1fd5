import { failure, isFailure } from '../../core/errors/gitian-error.js';
import { suiteArch } from '../../core/workspace.js';
import { SshConnection } from '../ssh/connection.js';
import { MachineTarget } from '../ssh/machine-target.js';
import { wakeGuest } from '../ssh/wake-guest.js';
import { removeState, writeState } from '../state.js';
import type { StartedTarget, TargetHost, TargetSpec } from '../target.js';
import { calls } from './vboxmanage/arguments.js';
import { sshRule, type Forwarding } from './vboxmanage/forwarding.js';
import { freePort, usableRule } from './host-port.js';
import { Keeper } from './keeper.js';
import { logIn } from './log-in.js';
import { machineControl } from './machine-control.js';
import type { MachineInfo } from './vboxmanage/machine-info.js';
import { stopMachine } from './stop-machine.js';
import type { VBoxMachine } from './vboxmanage/vboxmanage.js';
import { inUse } from './who-uses.js';

/** A machine that is to be started, and what is known of it. */
export interface Startable {
  readonly machine: VBoxMachine;
  readonly info: MachineInfo;
  readonly hostKey: string | undefined;
  /** Whether VirtualBox's network can keep the guest from the host's loopback. */
  readonly guardsLoopback: boolean;
}

/** How long a guest may take to answer, in milliseconds: one that goes on where it was, and one that boots. */
const patience = { saved: 120_000, off: 600_000 } as const;

/**
 * Starts a machine and resolves when its guest answers. A start that fails leaves it saved or powered off; one that comes
 * after somebody else's leaves theirs alone, and throws `machine-in-use`.
 */
export async function startMachine(
  spec: TargetSpec,
  startable: Startable,
  host: TargetHost,
): Promise<StartedTarget> {
  const { hostPort } = await openNetwork(spec, startable, host);
  host.signal.throwIfAborted();
  try {
    return await startAt(spec, { ...startable, port: hostPort }, host);
  } catch (error) {
    // VirtualBox starts a machine without its rule when somebody has taken the port since it was looked at. Whoever
    // answered there was somebody else, and the machine gets another port.
    if (host.signal.aborted || isFailure(error, 'machine-in-use')) throw error;
    if ((await freePort(hostPort)) !== undefined) throw error;
    const info = (await startable.machine.info()) ?? startable.info;
    const other = await openNetwork(spec, { ...startable, info }, host);
    return startAt(spec, { ...startable, port: other.hostPort }, host);
  }
}

async function startAt(
  spec: TargetSpec,
  { machine, info, hostKey, port }: Startable & { readonly port: number },
  host: TargetHost,
): Promise<StartedTarget> {
  const { workspace, signal } = host;
  const keeper = new Keeper(machine.name, workspace.targetState);
  const begun = await keeper.begun();
  if (!begun.done && begun.refusal.kind === 'in-use') {
    // It was started by somebody else since it was looked at, for whom it goes on.
    await keeper.release();
    signal.throwIfAborted();
    throw await inUse(machine, workspace, begun.refusal);
  }
  try {
    if (!begun.done) throw startFailure(spec, begun.refusal, host);
    signal.throwIfAborted();
    const wait = info.state === 'saved' ? patience.saved : patience.off;
    const connection = await logIn({ machine, port, hostKey, patience: wait, workspace, signal });
    if (!(connection instanceof SshConnection)) throw startFailure(spec, connection, host);
    return await handOver(spec, { connection, machine, uuid: info.uuid, port, keeper }, host);
  } catch (error) {
    await stopMachine(machine, keeper);
    await removeState(workspace);
    signal.throwIfAborted();
    throw error;
  }
}

/** A machine whose guest answers. */
interface Up {
  readonly connection: SshConnection;
  readonly machine: VBoxMachine;
  readonly uuid: string;
  readonly port: number;
  readonly keeper: Keeper;
}

async function handOver(spec: TargetSpec, up: Up, host: TargetHost): Promise<StartedTarget> {
  const { connection, machine, uuid, port, keeper } = up;
  const { workspace, signal } = host;
  try {
    const problem = await wakeGuest(connection, signal);
    if (problem !== undefined) throw startFailure(spec, { reason: problem, hint: undefined }, host);
    const since = new Date().toISOString();
    await writeState(workspace, { backend: 'vbox', spec, since, details: { uuid, port } });
    const control = machineControl(machine, workspace, keeper);
    const log = workspace.targetLog;
    return new MachineTarget({ spec, connection, control, signal, log, detached: false });
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Sees to it that the guest's ssh server can be reached, and that the guest reaches what it may. */
async function openNetwork(
  spec: TargetSpec,
  { machine, info, guardsLoopback }: Startable,
  host: TargetHost,
): Promise<Forwarding> {
  if (info.network !== 'nat') {
    const hint = `with the machine powered off: VBoxManage modifyvm ${machine.name} --nic1 nat`;
    throw startFailure(spec, { reason: 'its first network adapter is not attached to NAT', hint }, host);
  }
  const before = sshRule(info.forwardings);
  const rule = await usableRule(before);
  if (rule !== before) {
    if (before !== undefined) await machine.do('be given another port', calls.forget(machine.name, before));
    await machine.do('be given a port', calls.forward(machine.name, rule));
  }
  if (guardsLoopback) {
    const { reachesHostLoopback } = host.settings;
    await machine.do('be given its network', calls.reachesHost(machine.name, reachesHostLoopback));
  }
  return rule;
}

function startFailure(
  spec: TargetSpec,
  { reason, hint }: { readonly reason: string; readonly hint: string | undefined },
  { workspace }: TargetHost,
): Error {
  return failure('target-failed', { target: suiteArch(spec), reason, hint }, { log: workspace.targetLog });
}
