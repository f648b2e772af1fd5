import type { BackendName } from '../../src/target/target.js';
import { baseImages, cannotBuild, cannotMakeMachines } from '../support/base-image.js';
import { containerRemains } from '../support/container-remains.js';
import { cannotRunMachines, machineRemains, startsTakeLong } from '../support/machine-remains.js';

/** What the suite has to know of a driver to hold it to the contract. */
export interface ContractDriver {
  readonly name: BackendName;
  /** Why it can't be tested here, or undefined. */
  readonly unavailable: string | undefined;
  /** Paths of real base images of bookworm-amd64. */
  readonly images: () => string[];
  /** Whether its many starts take minutes here. */
  readonly startsTakeLong: boolean;
  /** Whether its targets give folders away instead of copying them. */
  readonly takesFiles: boolean;
  /** Whether its network, and not the guest's, keeps the host's services from the guest. */
  readonly guardsHost: boolean;
  /** A size in bytes that takes it seconds to copy, and that nobody holds in memory unnoticed. */
  readonly muchToCopy: number;
  /** What a workspace's target has left outside of the workspace. */
  readonly remains: (root: string) => string[];
}

/**
 * The drivers of LXC and KVM; a new one is added here and in the registry. VirtualBox has a suite of its own,
 * `test/integration/target/virtualbox.test.ts`: there is a stand-in for it, and two of its machines that were made from one
 * image and forward the same port can't be told apart when they start at once.
 */
export const drivers: readonly ContractDriver[] = [
  {
    name: 'lxc',
    unavailable: cannotBuild ? 'needs root or sudo, and LXC' : undefined,
    images: () => baseImages('bookworm', ['amd64']),
    startsTakeLong: false,
    takesFiles: true,
    guardsHost: true,
    muchToCopy: 2 ** 30,
    remains: containerRemains,
  },
  {
    name: 'kvm',
    unavailable:
      cannotRunMachines || cannotMakeMachines ? 'needs QEMU, and what makes base images' : undefined,
    images: () => baseImages('bookworm', ['amd64'], 'kvm'),
    startsTakeLong,
    takesFiles: false,
    guardsHost: false,
    muchToCopy: 2 ** 27,
    remains: machineRemains,
  },
];
