import type { Workspace } from '../../core/workspace.js';
import { connectSsh } from '../ssh/connect.js';
import type { SshConnection } from '../ssh/connection.js';
import { workspaceAddress } from '../ssh/workspace-address.js';
import { FirstSeenKey } from './first-seen-key.js';
import { machineEnd, type MachineEnd } from './machine-end.js';
import { readOnlyDisk } from './vboxmanage/refusal.js';
import type { VBoxMachine } from './vboxmanage/vboxmanage.js';

/** How to get into a machine that runs. */
export interface LogIn {
  readonly machine: VBoxMachine;
  readonly port: number;
  /** The ssh host key that the base image's record has; undefined for a machine that somebody made by hand. */
  readonly hostKey: string | undefined;
  /** How long it may take to boot, in milliseconds. */
  readonly patience: number;
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
}

/** Why nobody could log in; `reason` completes "the target can't be started: …". */
export interface LogInProblem {
  readonly reason: string;
  readonly hint: string | undefined;
}

/** Logs in to a machine's ssh server as root as soon as that answers. The host key of a machine made by hand is trusted once, and kept. */
export async function logIn(wanted: LogIn): Promise<SshConnection | LogInProblem> {
  const { machine, port, workspace, patience, signal } = wanted;
  const firstSeen =
    wanted.hostKey === undefined ? new FirstSeenKey(workspace.hostKey(machine.name)) : undefined;
  const hostKey = wanted.hostKey ?? (await firstSeen?.read());
  const address = await workspaceAddress(workspace, { port, hostKey });
  using end = machineEnd(machine);
  const waiting = { milliseconds: patience, signal: AbortSignal.any([signal, end.signal]) };
  const outcome = await connectSsh(address, waiting).catch((error: unknown) => {
    signal.throwIfAborted();
    if (end.signal.aborted) return { kind: end.signal.reason as MachineEnd } as const;
    throw error;
  });
  switch (outcome.kind) {
    case 'connected':
      if (hostKey === undefined) await firstSeen?.keep(outcome.hostKey);
      return outcome.connection;
    case 'refused':
      return { reason: outcome.reason, hint: refusedHint(firstSeen) };
    case 'no-answer':
      return { reason: outcome.reason, hint: undefined };
    case 'ended':
      return { reason: 'it ended before its guest answered', hint: await vboxLog(machine) };
    case 'paused':
      return { reason: 'it stands still, as it does when its disk finds no room', hint: roomHint };
    case 'read-only':
      return readOnlyDisk;
  }
}

const roomHint =
  "make room on the disk with VirtualBox's folder; VBoxManage list systemproperties says which folder that is";

function refusedHint(firstSeen: FirstSeenKey | undefined): string | undefined {
  return firstSeen === undefined
    ? undefined
    : `root's authorized_keys in the machine has to have var/id_rsa.pub; if the machine was made anew: rm ${firstSeen.path}`;
}

async function vboxLog(machine: VBoxMachine): Promise<string | undefined> {
  const info = await machine.info();
  return info?.logs === undefined ? undefined : `VirtualBox's own log says why: ${info.logs}/VBox.log`;
}
