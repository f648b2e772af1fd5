import type { TargetHost, TargetSpec } from '../../target.js';
import type { Acceleration } from './acceleration.js';
import type { BaseFiles, MachineRecord } from '../base-files.js';
import type { QemuNetwork } from './qemu-network.js';
import type { QemuMachine } from './qemu-arguments.js';
import type { QemuProgram } from './qemu-program.js';
import type { QemuStart } from './running-qemu.js';

/** A machine that is to be started, and all that is known of it. */
export interface Startable {
  readonly spec: TargetSpec;
  readonly files: BaseFiles;
  readonly record: MachineRecord;
  readonly qemu: QemuProgram;
  readonly acceleration: Acceleration;
  readonly network: QemuNetwork;
  readonly host: TargetHost;
}

/** What differs from one start of the same machine to another. */
type Particulars = Pick<QemuMachine, 'disk' | 'layer' | 'memoryFile' | 'resumes'> & Pick<QemuStart, 'state'>;

/** QEMU for a machine. */
export function qemuStart(
  { spec, files, qemu, acceleration, network, host }: Startable,
  { state, ...particulars }: Particulars,
): QemuStart {
  const { workspace, settings, signal } = host;
  return {
    program: qemu.program,
    machine: {
      acceleration,
      memory: spec.memory,
      processors: spec.processors,
      kernel: files.kernel,
      initrd: files.initrd,
      base: files.image,
      hasSandbox: qemu.hasSandbox,
      ...particulars,
    },
    state,
    log: workspace.targetLog,
    network,
    runtime: settings.runtime,
    signal,
  };
}
