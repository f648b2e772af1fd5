import { mkdir, writeFile } from 'node:fs/promises';
import { failure } from '../../core/errors/gitian-error.js';
import { suiteArch } from '../../core/workspace.js';
import { identify, type ProcessIdentity } from '../process-identity.js';
import { connectSsh } from '../ssh/connect.js';
import type { SshConnection } from '../ssh/connection.js';
import { MachineTarget } from '../ssh/machine-target.js';
import { writeState } from '../state.js';
import type { StartedTarget, TargetHost, TargetSpec } from '../target.js';
import type { Acceleration } from './acceleration.js';
import type { BaseFiles, MachineRecord } from './base-files.js';
import { guardLoopback } from './guard-loopback.js';
import { sshAddress } from './log-in.js';
import { ownControl } from './machine-control.js';
import type { QemuProgram } from './qemu-program.js';
import { QemuFailure, RunningQemu } from './running-qemu.js';

/** A machine that is to be started, and all that is known of it. */
export interface Startable {
  readonly spec: TargetSpec;
  readonly files: BaseFiles;
  readonly record: MachineRecord;
  readonly qemu: QemuProgram;
  readonly acceleration: Acceleration;
  readonly host: TargetHost;
}

/** A QEMU whose guest answers. */
export interface Up {
  readonly qemu: RunningQemu;
  readonly port: number;
  readonly connection: SshConnection;
}

/** How long a guest may take to boot, in milliseconds: an emulated one on a busy host is slow. */
const bootPatience = 900_000;

/** Starts the prepared target and resolves when its guest answers. A failed start leaves nothing behind. */
export async function startMachine(startable: Startable): Promise<StartedTarget> {
  const { spec, host } = startable;
  const { workspace } = host;
  await mkdir(workspace.var, { recursive: true });
  await writeFile(workspace.targetLog, '');
  try {
    const up = await boot(startable);
    return await handOver(startable, up);
  } catch (error) {
    host.signal.throwIfAborted();
    if (!(error instanceof QemuFailure)) throw error;
    const params = { target: suiteArch(spec), reason: error.message, hint: undefined };
    throw failure('target-failed', params, { log: workspace.targetLog, cause: error });
  }
}

/** Boots the machine from its disk. */
async function boot(startable: Startable): Promise<Up> {
  const { spec, files, qemu: program, acceleration, host } = startable;
  const { workspace, settings, signal } = host;
  const qemu = await RunningQemu.start({
    program: program.program,
    machine: {
      acceleration,
      memory: spec.memory,
      processors: spec.processors,
      kernel: files.kernel,
      initrd: files.initrd,
      disk: workspace.target(spec, '.qcow2'),
      base: files.image,
      memoryFile: undefined,
      resumes: false,
      hasSandbox: program.hasSandbox,
    },
    state: workspace.targetState,
    log: workspace.targetLog,
    runtime: settings.runtime,
    signal,
  });
  return reached(qemu, startable);
}

/** Waits for the guest's ssh server. What goes wrong ends QEMU. */
export async function reached(qemu: RunningQemu, { record, host }: Startable): Promise<Up> {
  const ending = new AbortController();
  void qemu.session.ended.then(() => {
    ending.abort();
  });
  try {
    const port = await qemu.forwardSsh();
    const address = await sshAddress(host.workspace, { port, hostKey: record.hostKey });
    const signal = AbortSignal.any([host.signal, ending.signal]);
    const outcome = await connectSsh(address, { milliseconds: bootPatience, signal });
    if (outcome.kind !== 'connected') throw new QemuFailure(outcome.reason);
    return { qemu, port, connection: outcome.connection };
  } catch (error) {
    const reason = ending.signal.aborted ? await qemu.ended() : error;
    await qemu.session.kill();
    host.signal.throwIfAborted();
    throw reason;
  }
}

async function handOver({ spec, host }: Startable, up: Up): Promise<StartedTarget> {
  const { qemu, port, connection } = up;
  const { workspace, settings, signal } = host;
  const target = suiteArch(spec);
  try {
    const problem = await guardLoopback(connection, settings.reachesHostLoopback, signal);
    if (problem !== undefined) throw new QemuFailure(problem);
    const process = await identified(qemu);
    const since = new Date().toISOString();
    const details = { init: process, folder: qemu.folder.path, port };
    await writeState(workspace, { backend: 'kvm', spec, process, since, details });
    const gone = (): Error => failure('target-lost', { target, reason: 'its QEMU ended' });
    const control = ownControl(qemu, workspace, gone);
    return new MachineTarget({
      spec,
      connect: async () => Promise.resolve(connection),
      control,
      signal,
      detached: false,
    });
  } catch (error) {
    connection.close();
    await qemu.session.kill();
    throw error;
  }
}

async function identified(qemu: RunningQemu): Promise<ProcessIdentity> {
  return (await identify(qemu.pid)) ?? Promise.reject(await qemu.ended());
}
