import { archiveArchitecture, type BaseChoice } from './choose.js';
import { versionOf } from './archives/suites.js';

/** What a machine needs to start, beside the root file system. */
export interface MachineKind {
  /** Modules that are loaded before the root file system is there, in this order; those a kernel lacks are left out. */
  readonly modules: readonly string[];
  /** The package of the boot loader that the image has inside; empty where the machine is given its kernel. */
  readonly loader: string;
  /** What lies beside the image, by its name while it is made. */
  readonly beside: Readonly<Record<string, string>>;
}

/** QEMU's devices, and the power button. */
const virtio = ['virtio_pci', 'virtio_blk', 'virtio_net', 'virtio_rng', 'ext4', 'button', 'evdev'];

/** A machine of QEMU, which loads kernel and initial RAM disk itself. */
export const kvmMachine: MachineKind = {
  modules: virtio,
  loader: '',
  beside: { vmlinuz: '.vmlinuz', initrd: '.initrd' },
};

/** A machine of VirtualBox: its SATA and IDE controllers and its network card, beside QEMU's. */
export const vboxMachine: MachineKind = {
  modules: [...virtio, 'ahci', 'ata_piix', 'sd_mod', 'e1000'],
  loader: 'systemd-boot-efi',
  beside: {},
};

/** What a script with sudo may load in the guest. */
export const laterModules = ['loop', 'fuse', 'overlay', 'squashfs', 'isofs', 'vfat', 'tun', 'binfmt_misc'];

/** The package that depends on a suite's newest kernel, and its architecture. */
export interface KernelPackage {
  readonly name: string;
  readonly architecture: string;
}

/** Which kernel a guest gets. Debian has none for i386 since trixie; amd64's runs an i386 guest as well. */
export function kernelOf({ distro, suite, architecture }: BaseChoice): KernelPackage {
  const own = archiveArchitecture(architecture);
  if (distro === 'ubuntu') return { name: 'linux-image-virtual', architecture: own };
  if (own === 'i386' && versionOf(suite) < 13) return { name: 'linux-image-686-pae', architecture: 'i386' };
  return { name: 'linux-image-amd64', architecture: 'amd64' };
}
