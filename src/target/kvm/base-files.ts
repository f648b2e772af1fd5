import { readBaseRecord } from '../../base-record/read.js';
import { exists } from '../../core/files/exists.js';
import type { Configuration, Workspace } from '../../core/workspace.js';

/** Ending of this backend's base images. */
export const imageEnding = '.qcow2';

/** What a machine is made of. */
export interface BaseFiles {
  readonly image: string;
  readonly kernel: string;
  readonly initrd: string;
}

/** What a base image's record says of the machine that it is for. */
export interface MachineRecord {
  readonly hostKey: string | undefined;
  /** Whether its kernel needs a 64-bit processor. */
  readonly is64Bit: boolean;
}

/** Where a configuration's base image and what lies beside it are. */
export function baseFiles(workspace: Workspace, configuration: Configuration): BaseFiles {
  const [image, kernel, initrd] = [imageEnding, '.vmlinuz', '.initrd'].map((ending) =>
    workspace.baseImage(configuration, ending),
  ) as [string, string, string];
  return { image, kernel, initrd };
}

/**
 * What the record beside an image says; one that is missing says nothing. Throws `base-record-invalid`: without its host
 * key another guest would be taken for this one.
 */
export async function machineRecord(image: string, { architecture }: Configuration): Promise<MachineRecord> {
  const machine = (await readBaseRecord(image))?.machine;
  return { hostKey: machine?.hostKey, is64Bit: (machine?.architecture ?? architecture) !== 'i386' };
}

/** Which of a machine's files aren't there. */
export async function missingFiles(files: BaseFiles): Promise<string[]> {
  const paths = [files.kernel, files.initrd];
  const there = await Promise.all(paths.map(async (path) => exists(path)));
  return paths.filter((_, index) => there[index] !== true);
}
