import { howToReplace } from '../../../core/processes/find-programs.js';
import { shortLines } from '../../../core/words/short-lines.js';
import { vboxManage } from './vboxmanage-program.js';

/** Why `VBoxManage` did not do what it was asked; `reason` and `hint` are for the user. */
export interface Refusal {
  readonly kind:
    | 'no-machine'
    | 'no-snapshot'
    | 'in-use'
    | 'not-running'
    | 'wrong-state'
    | 'exists'
    | 'no-disk'
    | 'no-kernel-module'
    | 'no-virtualization'
    | 'no-memory'
    | 'disk-full'
    | 'disk-read-only'
    | 'damaged-state'
    | 'other';
  readonly reason: string;
  readonly hint: string | undefined;
}

interface Translation {
  readonly sign: RegExp;
  readonly kind: Refusal['kind'];
  readonly reason: string;
  readonly hint?: (machine: string) => string;
}

/** What becomes of a disk that fails. */
export const readOnlyDisk = {
  reason: "the disk with VirtualBox's folder can't be written to",
  hint: 'see how it is mounted, and whether it failed: findmnt, dmesg; VBoxManage list systemproperties says which folder that is',
} as const;

/** VirtualBox's own words and codes, the special ones before the general. */
const translations: readonly Translation[] = [
  {
    sign: /Could not find a registered machine/,
    kind: 'no-machine',
    reason: 'VirtualBox has no machine of that name',
    hint: () => 'VBoxManage list vms',
  },
  {
    sign: /Could not find a snapshot named|does not have any snapshots/,
    kind: 'no-snapshot',
    reason: 'it has no snapshot "Gitian-Clean"',
    hint: (machine) => `with the machine booted up: VBoxManage snapshot ${machine} take Gitian-Clean`,
  },
  {
    sign: /already locked|while it is locked|Cannot delete the current state of the running machine/,
    kind: 'in-use',
    reason: 'it is running, or another program works on it',
    hint: (machine) => `VBoxManage controlvm ${machine} savestate, or close it in VirtualBox`,
  },
  {
    sign: /is not currently running/,
    kind: 'not-running',
    reason: 'it is not running',
    hint: () => 'run the command again',
  },
  {
    sign: /Machine settings file .* already exists/,
    kind: 'exists',
    reason: 'files of an earlier machine of that name lie in its folder',
    hint: (machine) =>
      `remove the folder "${machine}" among VirtualBox's machines; VBoxManage list systemproperties says where that is`,
  },
  {
    sign: /already exists/,
    kind: 'exists',
    reason: 'there is one of that name',
    hint: (machine) => `to remove it with its disks: VBoxManage unregistervm ${machine} --delete`,
  },
  {
    sign: /VERR_VM_DRIVER_|VERR_SUPDRV|rc=-19\d\d|[Kk]ernel driver|\/dev\/vboxdrv|vboxdrv kernel module/,
    kind: 'no-kernel-module',
    reason: "VirtualBox's kernel module is not loaded, or is of another version",
    hint: () =>
      'as root: modprobe vboxdrv; if there is none for this kernel: apt-get install virtualbox-dkms',
  },
  {
    sign: /VERR_(VMX_IN_VMX_ROOT_MODE|SVM_IN_USE)/,
    kind: 'no-virtualization',
    reason: "another program, such as KVM, holds the processor's virtualization",
    hint: () => 'end the other virtual machines, or as root: modprobe -r kvm_intel kvm_amd kvm',
  },
  {
    sign: /VERR_(VMX|SVM|NEM|HM)_|VT-x|AMD-V/,
    kind: 'no-virtualization',
    reason: "the processor's virtualization (VT-x or AMD-V) is not available",
    hint: () =>
      "turn it on in the computer's firmware; inside a virtual machine: allow nested virtualization",
  },
  {
    sign: /VERR_NO_MEMORY|VERR_.*NO_MEMORY|Out of memory/i,
    kind: 'no-memory',
    reason: 'there is not enough memory',
    hint: () => 'give the target less with -m or VMEM, or end other programs',
  },
  {
    sign: /VERR_DISK_FULL|No space left on device/,
    kind: 'disk-full',
    reason: "the disk with VirtualBox's folder is full",
    hint: () => 'make room there; VBoxManage list systemproperties says which folder that is',
  },
  {
    sign: /VERR_WRITE_PROTECT|VERR_WRITE_ERROR|Read-only file system/,
    kind: 'disk-read-only',
    reason: readOnlyDisk.reason,
    hint: () => readOnlyDisk.hint,
  },
  {
    sign: /VERR_SSM_/,
    kind: 'damaged-state',
    reason: "its saved state can't be read by this version of VirtualBox",
    hint: (machine) =>
      `make-clean-vm; if that doesn't help, boot it and take Gitian-Clean again: VBoxManage discardstate ${machine}`,
  },
  {
    sign: /VERR_FILE_NOT_FOUND|VERR_PATH_NOT_FOUND|is not accessible|does not match the value .* stored in the media registry/,
    kind: 'no-disk',
    reason: 'a disk of it is missing, or was replaced',
    hint: (machine) => `put it back, or remove the machine: VBoxManage unregistervm ${machine} --delete`,
  },
  {
    sign: /VBOX_E_INVALID_(VM|OBJECT)_STATE|[Ii]nvalid machine state|not mutable|in invalid state/,
    kind: 'wrong-state',
    reason: 'its state does not allow it',
    hint: (machine) => `VBoxManage showvminfo ${machine} says its state`,
  },
  {
    // As the shell says it that keep.sh is run by.
    sign: /\bVBoxManage: (?:command )?not found/,
    kind: 'other',
    reason: '"VBoxManage" is not installed',
    hint: () => `apt-get install ${vboxManage.package}`,
  },
  {
    sign: /[Uu]n(?:known|recognized) option|Invalid command/,
    kind: 'other',
    reason: '"VBoxManage" is another version, or another program',
    hint: () => howToReplace(vboxManage),
  },
];

/** Translates what `VBoxManage` said on stderr; its own first sentence where nobody knows better. */
export function explainRefusal(stderr: string, machine: string): Refusal {
  const words = shortLines(stderr);
  const known = translations.find(({ sign }) => sign.test(words));
  if (known === undefined) return { kind: 'other', reason: firstSentence(words), hint: undefined };
  return { kind: known.kind, reason: known.reason, hint: known.hint?.(machine) };
}

function firstSentence(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replace(/^VBoxManage(\.exe)?: (error: )?/, '').trim());
  // The bar of progress is no reason.
  const words = lines.find((line) => line !== '' && !line.startsWith('0%')) ?? '';
  return words === '' ? 'it does not say why' : words.replace(/\.$/, '').slice(0, 300);
}
