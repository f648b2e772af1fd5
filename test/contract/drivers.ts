import type { BackendName } from '../../src/target/target.js';
import { baseImages, cannotBuild, cannotMakeMachines } from '../support/base-image.js';
import { containerRemains } from '../support/container-remains.js';
import { cannotRunMachines, machineRemains, startsTakeLong } from '../support/machine-remains.js';
import { cannotRunVirtualBox } from '../support/virtualbox/environment.js';
import { VirtualBoxHome } from '../support/virtualbox/home.js';

/** What the suite has to know of a driver to hold it to the contract. */
export interface ContractDriver {
  readonly name: BackendName;
  /** Why it can't be tested here, or undefined. */
  readonly unavailable: string | undefined;
  /** Paths of real base images of bookworm-amd64. */
  readonly images: () => string[];
  /** Takes away what the images came with. */
  readonly close?: () => void;
  /** Whether its many starts take minutes here. */
  readonly startsTakeLong: boolean;
  /** Whether every workspace has targets of its own; another suite is about the life of those that haven't. */
  readonly hasOwnTargets: boolean;
  /** Whether its targets give folders away instead of copying them. */
  readonly takesFiles: boolean;
  /** Whether its network, and not the guest's, keeps the host's services from the guest. */
  readonly guardsHost: boolean;
  /** Whether its network can keep the host's loopback from the guest: the stand-in's can't, whatever VirtualBox is told. */
  readonly hidesLoopback: boolean;
  /** A size in bytes that takes it seconds to copy, and that nobody holds in memory unnoticed. */
  readonly muchToCopy: number;
  /** What a workspace's target has left outside of the workspace. */
  readonly remains: (root: string) => string[];
}

let home: VirtualBoxHome | undefined;

/** Every driver; a new one is added here and in the registry. */
export const drivers: readonly ContractDriver[] = [
  {
    name: 'lxc',
    unavailable: cannotBuild ? 'needs root or sudo, and LXC' : undefined,
    images: () => baseImages('bookworm', ['amd64']),
    startsTakeLong: false,
    hasOwnTargets: true,
    takesFiles: true,
    guardsHost: true,
    hidesLoopback: true,
    muchToCopy: 2 ** 30,
    remains: containerRemains,
  },
  {
    name: 'kvm',
    unavailable:
      cannotRunMachines || cannotMakeMachines ? 'needs QEMU, and what makes base images' : undefined,
    images: () => baseImages('bookworm', ['amd64'], 'kvm'),
    startsTakeLong,
    hasOwnTargets: true,
    takesFiles: false,
    guardsHost: true,
    hidesLoopback: true,
    muchToCopy: 2 ** 26,
    remains: machineRemains,
  },
  {
    name: 'vbox',
    unavailable: whyNoVirtualBox(),
    images: (): string[] => {
      home = new VirtualBoxHome();
      return [home.image];
    },
    close: (): void => {
      home?.[Symbol.dispose]();
    },
    startsTakeLong,
    hasOwnTargets: false,
    takesFiles: false,
    guardsHost: false,
    hidesLoopback: false,
    muchToCopy: 2 ** 26,
    remains: machineRemains,
  },
];

function whyNoVirtualBox(): string | undefined {
  if (cannotRunVirtualBox || cannotMakeMachines) return 'needs QEMU, OVMF, and what makes base images';
  return startsTakeLong ? 'boots machines on an emulated processor; GITIAN_TEST_ALL=1 runs it' : undefined;
}
