import type { HostProgram } from '../core/processes/find-programs.js';
import { vboxMachine, kvmMachine, type MachineKind } from './machine.js';
import { qemuImg } from '../target/kvm/overlay.js';
import { namesOtherFile } from '../target/kvm/qcow2.js';
import type { MachineRegistrar } from '../target/machine-registrar.js';
import type { RegistrarHost } from '../target/virtualbox/registrar.js';

/** The backends that base images can be made for. */
export type ImageBackend = 'lxc' | 'kvm' | 'vbox';

/** What makes a base image one for a backend: the root file system itself is the same for all. */
export interface ImageKind {
  /** Ending of the image's name. */
  readonly ending: string;
  /** Packages beyond those that every guest has. */
  readonly packages: readonly string[];
  /** The file of this package with shell text that packs the root file system "$1" into the file "$2". */
  readonly pack: string;
  readonly tools: readonly HostProgram[];
  /** What the tree, its packages and the image take at most while it is made, in MiB. */
  readonly room: number;
  /** What a machine has and a container doesn't. */
  readonly machine?: MachineKind;
  /** Whether an image that was handed over names another file of the host, which would be read in its place. */
  readonly leadsAway?: (image: string) => Promise<boolean>;
  /** Who has to know the machine before it can be started. */
  readonly registrar?: (host: RegistrarHost) => Promise<MachineRegistrar>;
}

/** What making a machine's disk needs beside what every image does. */
const machineTools: readonly HostProgram[] = [
  { program: 'mke2fs', package: 'e2fsprogs' },
  qemuImg,
  { program: 'cpio', package: 'cpio' },
  { program: 'zstd', package: 'zstd' },
  { program: 'ssh-keygen', package: 'openssh-client' },
];

/** The images that can be made, by the backend that uses them. */
export const imageKinds: Readonly<Record<ImageBackend, ImageKind>> = {
  lxc: {
    ending: '',
    packages: [],
    pack: 'share/base-image/pack-squashfs.sh',
    tools: [{ program: 'tar2sqfs', package: 'squashfs-tools-ng' }],
    room: 3072,
  },
  kvm: {
    ending: '.qcow2',
    packages: ['openssh-server'],
    pack: 'share/base-image/pack-qcow2.sh',
    tools: machineTools,
    room: 5120,
    machine: kvmMachine,
    leadsAway: namesOtherFile,
  },
  vbox: {
    ending: '.vdi',
    packages: ['openssh-server'],
    pack: 'share/base-image/pack-vdi.sh',
    tools: [
      ...machineTools,
      { program: 'sfdisk', package: 'fdisk' },
      { program: 'mformat', package: 'mtools' },
    ],
    room: 5120,
    machine: vboxMachine,
    registrar: async (host) => (await import('../target/virtualbox/registrar.js')).virtualBoxRegistrar(host),
  },
};
