import { imageKinds } from './image-kinds.js';
import { kernelOf, laterModules } from './machine.js';
import type { BaseImageRequest } from './make-base-image.js';
import { readTexts } from './texts.js';

/** What `make-root.sh` and the scripts it runs are told of a machine, beside all images' variables; nothing of a container. */
export async function machineEnvironment(
  { backend, choice, disk }: BaseImageRequest,
  key: string,
): Promise<Record<string, string>> {
  const { machine } = imageKinds[backend];
  if (machine === undefined) return {};
  const texts = await readTexts({
    bootable: 'share/base-image/make-bootable.sh',
    machine: 'target-bin/customize-machine.sh',
    fileSystem: 'share/base-image/make-file-system.sh',
    ramInit: 'target-bin/machine-ram-init.sh',
    init: 'target-bin/machine-init.sh',
    poweroff: 'target-bin/machine-poweroff.sh',
  });
  const kernel = kernelOf(choice);
  return {
    GITIAN_BOOTABLE: texts.bootable,
    GITIAN_MACHINE: texts.machine,
    GITIAN_RAM_INIT: texts.ramInit,
    GITIAN_FILE_SYSTEM: texts.fileSystem,
    GITIAN_INIT: texts.init,
    GITIAN_POWEROFF: texts.poweroff,
    GITIAN_KEY: key,
    GITIAN_DISK: String(disk),
    GITIAN_KERNEL: kernel.name,
    GITIAN_KERNEL_ARCH: kernel.architecture,
    GITIAN_LOADER: machine.loader,
    GITIAN_MODULES: machine.modules.join(' '),
    GITIAN_LATER_MODULES: laterModules.join(' '),
  };
}
