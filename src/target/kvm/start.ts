import { rename, rm } from 'node:fs/promises';
import { exists } from '../../core/files/exists.js';
import { failure } from '../../core/errors/gitian-error.js';
import { makeFolder } from '../../core/files/make-folder.js';
import { writeOver } from '../../core/files/write-over.js';
import { systemWords } from '../../core/words/system-words.js';
import { suiteArch } from '../../core/workspace.js';
import { identify, type ProcessIdentity } from '../../core/processes/process-identity.js';
import { wakeGuest } from '../ssh/wake-guest.js';
import { writeState } from '../state.js';
import type { StartedTarget } from '../target.js';
import { imageEnding } from './base-files.js';
import { guardLoopback } from './guard-loopback.js';
import type { KnownGuest } from './saved/known-guest.js';
import { KvmTarget } from './kvm-target.js';
import { layerOf } from './layer-files.js';
import { ownControl } from './machine-control.js';
import { loadDevices } from './qemu/migration.js';
import { beside, freshOverlay } from './overlay.js';
import { demandOwnDisk } from './own-disk.js';
import { isUntouched } from './qcow2.js';
import { reached, type Up } from './reached.js';
import { QemuFailure, RunningQemu } from './qemu/running-qemu.js';
import { saveMachine } from './saved/save-machine.js';
import { dropState, findState, type SavedState } from './saved/saved-state.js';
import { stateName } from './saved/state-name.js';
import { hasRoom, statesFolder } from './saved/states-folder.js';
import { qemuStart, type Startable } from './qemu/startable.js';
import { takeState } from './saved/take-state.js';
import { wakeByLine } from './qemu/wake-line.js';

/**
 * Starts the prepared target and resolves when its guest answers. A failed start leaves nothing behind. A target that
 * nobody has written to is resumed from a machine that was saved, with its layer or right after its boot; any other has a
 * disk that no saved memory fits, and boots.
 */
export async function startMachine(startable: Startable): Promise<StartedTarget> {
  const { spec, host } = startable;
  const { workspace } = host;
  await makeFolder(workspace.var);
  writeOver(workspace.targetLog, '');
  try {
    return await handOver(startable, await comeUp(startable));
  } catch (error) {
    host.signal.throwIfAborted();
    if (!(error instanceof QemuFailure)) throw error;
    const params = { target: suiteArch(spec), reason: error.message, hint: error.hint };
    throw failure('target-failed', params, { log: workspace.targetLog, cause: error });
  }
}

async function comeUp(startable: Startable): Promise<Up> {
  const disk = startable.host.workspace.target(startable.spec, imageEnding);
  demandOwnDisk(disk);
  const layer = await layerOf(disk);
  if (!(await isUntouched(disk))) return boot(startable, layer);
  return layer === undefined ? resumeOrBoot(startable) : resumeLayer(startable, layer);
}

async function boot(startable: Startable, layer?: SavedState): Promise<Up> {
  const { workspace } = startable.host;
  const qemu = await RunningQemu.start(
    qemuStart(startable, {
      disk: workspace.target(startable.spec, imageEnding),
      layer: layer?.disk,
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
      await dropState(found);
    }
  }
  const made = await madeState(startable, name);
  if (made === undefined) return boot(startable);
  try {
    return await resume(startable, made);
  } catch (error) {
    // Another command may have removed it before it was resumed.
    const disk = startable.host.workspace.target(startable.spec, imageEnding);
    const isGone = !(await exists(made.folder)) && (await isUntouched(disk));
    if (!(error instanceof QemuFailure) || !isGone) throw error;
    return boot(startable);
  }
}

/** A new state, or undefined, with a warning, where it can't be kept. */
async function madeState(startable: Startable, name: string): Promise<SavedState | undefined> {
  const { spec, host } = startable;
  const { settings, signal, emit } = host;
  try {
    const folder = statesFolder(settings.cache);
    await makeFolder(folder, 0o700);
    if (!(await hasRoom(folder, spec.memory))) throw new Error('the disk is too full');
    const text = 'booting a machine once, to resume from it whenever such a target starts';
    emit({ kind: 'note', text });
    return await saveMachine(startable, name);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof QemuFailure) throw error;
    const text = `a booted machine can't be kept in "${settings.cache}", so that every start takes long: ${systemWords(error)}`;
    emit({ kind: 'warning', text });
    return undefined;
  }
}

/** A layer whose memory doesn't fit after all has a disk that boots. */
async function resumeLayer(startable: Startable, layer: SavedState): Promise<Up> {
  const { spec, host } = startable;
  const disk = host.workspace.target(spec, imageEnding);
  try {
    if (await exists(layer.memory))
      return await resumed(startable, { state: layer, disk, layer: layer.disk, known: undefined });
  } catch (error) {
    if (!(error instanceof QemuFailure)) throw error;
    host.emit({ kind: 'note', text: `booting from the layer's disk, since ${error.message}` });
    await freshOverlay(disk, layer.disk, host.signal);
  }
  return boot(startable, layer);
}

/** Until the guest goes on the target's disk is as untouched as before: the saved one takes its place only then. */
async function resume(startable: Startable, state: SavedState): Promise<Up> {
  const disk = startable.host.workspace.target(startable.spec, imageEnding);
  const copy = beside(disk);
  try {
    const known = await takeState(state, copy);
    const resumable = { state, disk: copy, layer: undefined, known };
    return await resumed(startable, resumable, async () => rename(copy, disk));
  } finally {
    await rm(copy, { force: true });
  }
}

interface Resumable {
  readonly state: SavedState;
  readonly disk: string;
  readonly layer: string | undefined;
  readonly known: KnownGuest | undefined;
}

/** Lets a saved machine go on; `before` comes when it is about to. */
async function resumed(
  startable: Startable,
  { state, disk, layer, known }: Resumable,
  before?: () => Promise<void>,
): Promise<Up> {
  const { workspace, signal } = startable.host;
  const memoryFile = { path: state.memory, shared: false };
  const qemu = await RunningQemu.start(
    qemuStart(startable, { disk, layer, memoryFile, resumes: true, state: workspace.targetState }),
  );
  let woken: Promise<boolean> | undefined;
  const up = await reached(qemu, startable, async () => {
    await loadDevices(qemu, state.devices);
    await before?.();
    await qemu.ask('cont');
    if (known?.waits === true) woken = wakeByLine(qemu.folder.wake);
  });
  return await awake(up, { known, isOnTime: await woken }, signal);
}

/** What a guest doesn't know yet of what it slept through, it is told by ssh. */
async function awake(
  up: Up,
  {
    known,
    isOnTime = false,
  }: { readonly known: KnownGuest | undefined; readonly isOnTime?: boolean | undefined },
  signal: AbortSignal,
): Promise<Up> {
  try {
    const knowsAll = isOnTime && known?.reseeds === true;
    const problem = knowsAll ? undefined : await wakeGuest(up.connection, signal, known?.reseeds);
    if (problem !== undefined) throw new QemuFailure(problem);
    return known === undefined ? up : { ...up, users: known.users };
  } catch (error) {
    up.connection.close();
    await up.qemu.session.kill();
    throw error;
  }
}

async function handOver(startable: Startable, up: Up): Promise<StartedTarget> {
  const { spec, host } = startable;
  const { qemu, port, connection, isGuarded, users } = up;
  const { workspace, settings, signal } = host;
  const target = suiteArch(spec);
  const log = workspace.targetLog;
  try {
    const reaches = settings.reachesHostLoopback;
    const problem = isGuarded === reaches ? await guardLoopback(connection, reaches, signal) : undefined;
    if (problem !== undefined) throw new QemuFailure(problem);
    const process = await identified(qemu);
    const since = new Date().toISOString();
    const details = { init: process, folder: qemu.folder.path, port };
    await writeState(workspace, { backend: 'kvm', spec, process, since, details });
    const gone = (): Error => failure('target-lost', { target, reason: 'its QEMU ended' }, { log });
    const control = ownControl(qemu, host, gone);
    const machine = { spec, connection, control, signal, log, detached: false, users };
    return new KvmTarget(machine, startable, qemu);
  } catch (error) {
    connection.close();
    await qemu.session.kill();
    throw error;
  }
}

async function identified(qemu: RunningQemu): Promise<ProcessIdentity> {
  return (await identify(qemu.pid)) ?? Promise.reject(await qemu.ended());
}
