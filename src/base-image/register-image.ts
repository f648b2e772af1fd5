import { rm } from 'node:fs/promises';
import { CleanUp } from '../core/clean-up.js';
import type { Steps } from '../core/steps.js';
import type { MachineRegistrar } from '../target/machine-registrar.js';
import type { ImageFiles } from './image-files.js';
import type { BaseImageHost, BaseImageRequest } from './make-base-image.js';
import type { BaseRecord } from '../base-record/record.js';

/** An image that was made, and the list that its machine has to be on. */
interface Registration {
  readonly registrar: MachineRegistrar;
  readonly request: BaseImageRequest;
  readonly files: ImageFiles;
  readonly record: BaseRecord;
}

/** Registers the machine of an image that was made; where that fails, the image goes too. */
export async function registerImage(
  { registrar, request, files, record }: Registration,
  host: BaseImageHost,
  steps: Steps,
): Promise<void> {
  const { machine } = record;
  if (machine === undefined) return;
  await using cleanUp = new CleanUp(host.emit);
  cleanUp.add('remove the base image', async () => {
    for (const path of [files.image, files.record]) await rm(path, { force: true });
  });
  await registrar.register(
    {
      configuration: request.choice,
      distro: request.choice.distro,
      architecture: machine.architecture === 'i386' ? 'i386' : 'amd64',
      disk: files.image,
      hostKey: machine.hostKey,
      ...request.size,
    },
    steps,
  );
  cleanUp.commit();
}
