import type { BaseChoice } from './choose.js';
import { imageKinds, type ImageBackend } from './image-kinds.js';
import { kernelOf, laterModules } from './machine.js';
import { readTexts } from './texts.js';

/** A machine that an image is made for. */
export interface MachineWish {
  readonly backend: ImageBackend;
  readonly choice: BaseChoice;
  /** Size of its disk in MiB. */
  readonly disk: number;
}

/** What `make-root.sh` and the scripts it runs are told of a machine, beside all images' variables; nothing of a container. */
export async function machineEnvironment(wish: MachineWish, key: string): Promise<Record<string, string>> {
  if (imageKinds[wish.backend].machine === undefined) return {};
  const texts = await readTexts({
    GITIAN_BOOTABLE: 'share/base-image/make-bootable.sh',
    GITIAN_FILE_SYSTEM: 'share/base-image/make-file-system.sh',
    GITIAN_MACHINE: 'target-bin/customize-machine.sh',
    GITIAN_RAM_INIT: 'target-bin/machine-ram-init.sh',
    GITIAN_INIT: 'target-bin/machine-init.sh',
    GITIAN_POWEROFF: 'target-bin/machine-poweroff.sh',
  });
  return { ...texts, ...machineVariables(wish), GITIAN_KEY: key };
}

/** Those of them that depend on the machine. */
export function machineVariables({ backend, choice, disk }: MachineWish): Record<string, string> {
  const { machine } = imageKinds[backend];
  if (machine === undefined) return {};
  const kernel = kernelOf(choice);
  return {
    GITIAN_DISK: String(disk),
    GITIAN_KERNEL: kernel.name,
    GITIAN_KERNEL_ARCH: kernel.architecture,
    GITIAN_LOADER: machine.loader,
    GITIAN_MODULES: machine.modules.join(' '),
    GITIAN_LATER_MODULES: laterModules.join(' '),
  };
}
