import { readFile } from 'node:fs/promises';
import type { Workspace } from '../../core/workspace.js';
import { identify } from '../../core/processes/process-identity.js';
import type { SshConnection } from '../ssh/connection.js';
import type { MachineControl } from '../ssh/machine-target.js';
import { runCommand } from '../ssh/run-command.js';
import { removeState } from '../state.js';
import type { TargetHost } from '../target.js';
import { Qmp } from './qemu/qmp.js';
import type { RunFolder } from './run-folder.js';
import { machineState, tryAgain } from './second-try.js';
import { watchSession } from './watch-session.js';
import type { RunningQemu } from './qemu/running-qemu.js';

/**
 * How long a guest may take to write what it holds, and to turn itself off, and QEMU to end, in milliseconds; `end` is for one
 * that ends by itself.
 */
const patience = { sync: 30_000, powerOff: 15_000, quit: 20_000, end: 1000 } as const;

/** The control of a machine that this process has started; one that can't be detached any more has ended. */
export function ownControl(
  qemu: RunningQemu,
  { workspace, signal }: TargetHost,
  gone: () => Error,
): MachineControl {
  let detached: Promise<boolean> | undefined;
  return {
    stop: async (connection) => {
      // What an interrupted run has written is nothing that a later one goes on with: its file system need only be whole.
      if (!signal.aborted) await synced(connection);
      if (detached === undefined) await qemu.quit();
      else await quitFound(qemu.folder);
      await removeState(workspace);
    },
    detach: async () => {
      detached ??= qemu.detach();
      if (!(await detached)) throw gone();
    },
    // With its network QEMU goes a moment after the connection.
    lost: async () => {
      if (detached === undefined) await within(patience.end, qemu.session.ended);
      return qemu.trouble ?? ((await identify(qemu.pid)) === undefined ? 'its QEMU ended' : silentWords);
    },
  };
}

/** The control of a machine that another process has started and left up; `stuck` says that its disk can't be written. */
export function foundControl(folder: RunFolder, workspace: Workspace, stuck: () => Error): MachineControl {
  return {
    stop: async (connection) => {
      const isSynced = await synced(connection);
      await quitFound(folder, !isSynced);
      await removeState(workspace);
    },
    detach: async () => Promise.resolve(),
    lost: async () => {
      using qmp = await Qmp.connect(folder.control);
      const state = qmp && (await machineState(qmp));
      if (state === 'stuck') throw stuck();
      return state === undefined ? 'its QEMU ended' : silentWords;
    },
  };
}

const silentWords = 'its guest does not answer any more';

/** Has the guest write to its disk what it still holds; false when it doesn't answer. */
async function synced(connection: SshConnection | undefined): Promise<boolean> {
  if (connection?.isOpen !== true) return false;
  const signal = AbortSignal.timeout(patience.sync);
  const result = await runCommand(connection, 'sync', { signal }).catch(() => undefined);
  return result?.exitCode === 0;
}

/**
 * Ends a QEMU by its monitor, with the guest's power button first if it has something to write, and waits for its session.
 * That kills one that doesn't obey.
 */
async function quitFound(folder: RunFolder, powersOff = false): Promise<void> {
  using session = watchSession(folder);
  const { over } = session;
  using qmp = await Qmp.connect(folder.control);
  if (qmp !== undefined) {
    if (powersOff) {
      const stuck = tryAgain(qmp).catch(() => undefined);
      await qmp.ask('system_powerdown').catch(() => undefined);
      await within(patience.powerOff, Promise.race([qmp.ended, stuck]));
    }
    await qmp.ask('quit').catch(() => undefined);
  }
  const obeys = qmp !== undefined && (await within(patience.quit, over));
  if (!obeys) await endSession(folder);
  await over;
}

/** Has a session kill its QEMU; it may be gone just now. */
async function endSession({ session }: RunFolder): Promise<void> {
  const [pid] = /^[1-9]\d*$/m.exec(await readFile(session, 'utf8').catch(() => '')) ?? [];
  try {
    if (pid !== undefined) process.kill(Number(pid), 'SIGTERM');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether a promise is kept in time. */
async function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, milliseconds);
  });
  return Promise.race([promise.then(() => true), late]).finally(() => {
    clearTimeout(timer);
  });
}
