import { isProgram, tar, type HostProgram } from '../../core/processes/find-programs.js';
import { probePrograms } from '../probe-programs.js';
import type { Probe } from '../target.js';
import { qemuImg } from './overlay.js';
import { qemuName, qemuPackage } from './qemu/qemu-program.js';

/** Where QEMU is looked for. */
export interface WhereQemu {
  readonly platform: NodeJS.Platform;
  /** `$PATH` */
  readonly path: string;
  /** The one that `KVM` names. */
  readonly program: string | undefined;
}

/** Whether QEMU is here, and can be kept an eye on. Changes nothing and asks nobody. */
export async function probe({ platform, path, program }: WhereQemu): Promise<Probe> {
  if (platform !== 'linux') {
    const reason = 'its machines have only been made to work on Linux';
    return { usable: false, reason, hint: 'build on a Linux host, or in a virtual machine that runs one' };
  }
  if (program?.includes('/') === true && !(await isProgram(program))) {
    return { usable: false, reason: `KVM names "${program}", which can't be run`, hint: 'unset KVM' };
  }
  const wanted: readonly HostProgram[] = [
    ...(program?.includes('/') === true
      ? []
      : [{ program: program ?? qemuName(true), package: qemuPackage }]),
    qemuImg,
    tar,
  ];
  return probePrograms(wanted, path);
}
