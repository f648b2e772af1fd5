import { constants } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { failure } from '../../core/errors/gitian-error.js';
import { suiteArch } from '../../core/workspace.js';
import { identify, type ProcessIdentity } from '../process-identity.js';
import { MachineTarget } from '../ssh/machine-target.js';
import { wakeGuest } from '../ssh/wake-guest.js';
import { writeState } from '../state.js';
import type { StartedTarget } from '../target.js';
import { imageEnding } from './base-files.js';
import { guardLoopback } from './guard-loopback.js';
import { ownControl } from './machine-control.js';
import { beside } from './overlay.js';
import { isUntouched } from './qcow2.js';
import { reached, type Up } from './reached.js';
import { QemuFailure, RunningQemu } from './running-qemu.js';
import { resumeInto, saveMachine } from './save-machine.js';
import { findState, removeState, type SavedState } from './saved-state.js';
import { stateName } from './state-name.js';
import { hasRoom } from './states-folder.js';
import { qemuStart, type Startable } from './startable.js';

/**
 * Starts the prepared target and resolves when its guest answers. A failed start leaves nothing behind. A target that
 * nobody has written to is resumed from a machine that was saved right after its boot; any other has a disk that no saved
 * memory fits, and boots.
 */
export async function startMachine(startable: Startable): Promise<StartedTarget> {
  const { spec, host } = startable;
  const { workspace } = host;
  await mkdir(workspace.var, { recursive: true });
  await writeFile(workspace.targetLog, '');
  try {
    const untouched = await isUntouched(workspace.target(spec, imageEnding));
    const up = untouched ? await resumeOrBoot(startable) : await boot(startable);
    return await handOver(startable, up);
  } catch (error) {
    host.signal.throwIfAborted();
    if (!(error instanceof QemuFailure)) throw error;
    const params = { target: suiteArch(spec), reason: error.message, hint: undefined };
    throw failure('target-failed', params, { log: workspace.targetLog, cause: error });
  }
}

async function boot(startable: Startable): Promise<Up> {
  const { workspace } = startable.host;
  const qemu = await RunningQemu.start(
    qemuStart(startable, {
      disk: workspace.target(startable.spec, imageEnding),
      memoryFile: undefined,
      resumes: false,
      state: workspace.targetState,
    }),
  );
  return reached(qemu, startable);
}

/** A state that doesn't fit after all is made again, once; where none can be kept, the machine boots. */
async function resumeOrBoot(startable: Startable): Promise<Up> {
  const { cache } = startable.host.settings;
  const name = await stateName(startable);
  const found = await findState(cache, name);
  if (found !== undefined) {
    try {
      return await resume(startable, found);
    } catch (error) {
      if (!(error instanceof QemuFailure)) throw error;
      await removeState(found);
    }
  }
  const made = await madeState(startable, name);
  return made === undefined ? boot(startable) : resume(startable, made);
}

/** A new state, or undefined, with a warning, where it can't be kept. */
async function madeState(startable: Startable, name: string): Promise<SavedState | undefined> {
  const { spec, host } = startable;
  const { settings, signal, emit } = host;
  try {
    if (!(await hasRoom(settings.cache, spec.memory))) throw new Error('the disk is too full');
    const text = 'booting a machine once, to resume from it whenever such a target starts';
    emit({ kind: 'note', text });
    return await saveMachine(startable, name);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof QemuFailure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const text = `a booted machine can't be kept in "${settings.cache}", so that every start takes long: ${reason}`;
    emit({ kind: 'warning', text });
    return undefined;
  }
}

/** Until the guest goes on the target's disk is as untouched as before: the saved one takes its place only then. */
async function resume(startable: Startable, state: SavedState): Promise<Up> {
  const { spec, host } = startable;
  const { workspace, signal } = host;
  const disk = workspace.target(spec, imageEnding);
  const copy = beside(disk);
  try {
    await copyFile(state.disk, copy, constants.COPYFILE_FICLONE).catch(() => {
      throw new QemuFailure('its saved disk is gone');
    });
    const memoryFile = { path: state.memory, shared: false };
    const qemu = await RunningQemu.start(
      qemuStart(startable, { disk: copy, memoryFile, resumes: true, state: workspace.targetState }),
    );
    const up = await reached(qemu, startable, async () => {
      await resumeInto(qemu, state);
      await rename(copy, disk);
    });
    return await awake(up, signal);
  } finally {
    await rm(copy, { force: true });
  }
}

async function awake(up: Up, signal: AbortSignal): Promise<Up> {
  try {
    const problem = await wakeGuest(up.connection, signal);
    if (problem !== undefined) throw new QemuFailure(problem);
    return up;
  } catch (error) {
    up.connection.close();
    await up.qemu.session.kill();
    throw error;
  }
}

async function handOver({ spec, host }: Startable, up: Up): Promise<StartedTarget> {
  const { qemu, port, connection, isGuarded } = up;
  const { workspace, settings, signal } = host;
  const target = suiteArch(spec);
  try {
    const reaches = settings.reachesHostLoopback;
    const problem = isGuarded === reaches ? await guardLoopback(connection, reaches, signal) : undefined;
    if (problem !== undefined) throw new QemuFailure(problem);
    const process = await identified(qemu);
    const since = new Date().toISOString();
    const details = { init: process, folder: qemu.folder.path, port };
    await writeState(workspace, { backend: 'kvm', spec, process, since, details });
    const gone = (): Error => failure('target-lost', { target, reason: 'its QEMU ended' });
    const control = ownControl(qemu, workspace, gone);
    const connect = async (): Promise<typeof connection> => Promise.resolve(connection);
    return new MachineTarget({ spec, connect, control, signal, detached: false });
  } catch (error) {
    connection.close();
    await qemu.session.kill();
    throw error;
  }
}

async function identified(qemu: RunningQemu): Promise<ProcessIdentity> {
  return (await identify(qemu.pid)) ?? Promise.reject(await qemu.ended());
}
