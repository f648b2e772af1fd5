import { writeForwarding, type Forwarding } from './forwarding.js';
import { cleanSnapshot } from './machine-name.js';

/** The arguments of every `VBoxManage` call, as functions that run nothing. */
export const calls = {
  info: (machine: string) => ['showvminfo', machine, '--machinereadable'],
  start: (machine: string) => ['startvm', machine, '--type', 'headless'],
  save: (machine: string) => ['controlvm', machine, 'savestate'],
  powerOff: (machine: string) => ['controlvm', machine, 'poweroff'],
  restore: (machine: string) => ['snapshot', machine, 'restore', cleanSnapshot],
  /** Without `--live`: the machine stands still while its state is written, and its disk and memory are of one moment. */
  takeSnapshot: (machine: string) => ['snapshot', machine, 'take', cleanSnapshot],
  discard: (machine: string) => ['discardstate', machine],
  size: (machine: string, { memory, processors }: MachineSize) => [
    ...['modifyvm', machine],
    ...['--memory', String(memory), '--cpus', String(processors)],
  ],
  forward: (machine: string, rule: Forwarding) => ['modifyvm', machine, '--natpf1', writeForwarding(rule)],
  forget: (machine: string, { name }: Forwarding) => ['modifyvm', machine, '--natpf1', 'delete', name],
  reachesHost: (machine: string, reaches: boolean) => [
    ...['modifyvm', machine],
    ...['--nat-localhostreachable1', reaches ? 'on' : 'off'],
  ],
  /** Who uses the machine is noted with it, since it is one for all workspaces. */
  note: (machine: string, workspace: string) => ['setextradata', machine, workspaceKey, workspace],
  noted: (machine: string) => ['getextradata', machine, workspaceKey],
  unregister: (machine: string) => ['unregistervm', machine, '--delete'],
  forgetDisk: (disk: string) => ['closemedium', 'disk', disk],
} as const satisfies Record<string, (...parts: never[]) => readonly string[]>;

/** Memory in MiB and processors of a machine. */
export interface MachineSize {
  readonly memory: number;
  readonly processors: number;
}

const workspaceKey = 'Gitian/Workspace';

/** A machine that is to be registered. */
export interface NewMachine extends MachineSize {
  readonly name: string;
  readonly uuid: string;
  readonly distro: string;
  /** The kernel's, which isn't always the guest's. */
  readonly architecture: 'amd64' | 'i386';
  /** Absolute. */
  readonly disk: string;
  readonly forwarding: Forwarding;
}

/**
 * The calls that register a machine, in order. It has firmware that boots the disk, address translation, and no more
 * than that: no sound, USB or shared folders, which VirtualBox adds only when it is asked for. The disk is `multiattach`: VirtualBox
 * never writes to it, but to a differencing one in the machine's folder, so that it stays what its record says.
 */
export function registration(machine: NewMachine): string[][] {
  const { name, uuid, disk, memory, processors } = machine;
  const settings = {
    memory: String(memory),
    cpus: String(processors),
    // Named by its width: plain "efi" chooses by the type of system.
    firmware: machine.architecture === 'i386' ? 'efi32' : 'efi64',
    ioapic: 'on',
    rtcuseutc: 'on',
    boot1: 'disk',
    boot2: 'none',
    boot3: 'none',
    boot4: 'none',
    nic1: 'nat',
    nictype1: 'virtio',
    natpf1: writeForwarding(machine.forwarding),
  };
  const place = ['--storagectl', 'SATA', '--port', '0', '--device', '0', '--type', 'hdd'];
  return [
    ['createvm', '--name', name, '--uuid', uuid, '--ostype', systemType(machine), '--register'],
    ['modifyvm', name, ...Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value])],
    ['storagectl', name, '--name', 'SATA', '--add', 'sata', '--controller', 'IntelAhci', '--portcount', '1'],
    ['storageattach', name, ...place, '--medium', disk, '--mtype', 'multiattach'],
  ];
}

/** VirtualBox's name for the guest's system: one of 64 bits is what lets the guest switch to them. */
function systemType({ distro, architecture }: NewMachine): string {
  const family = distro === 'ubuntu' ? 'Ubuntu' : 'Debian';
  return architecture === 'i386' ? family : `${family}_64`;
}
