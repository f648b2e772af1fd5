import type { Acceleration } from './acceleration.js';

/** Everything that QEMU's command line depends on. */
export interface QemuMachine {
  readonly acceleration: Acceleration;
  /** In MiB. */
  readonly memory: number;
  readonly processors: number;
  readonly kernel: string;
  readonly initrd: string;
  /** The overlay that is written to, and what it lies over: a layer, if there is one, and the base image. */
  readonly disk: string;
  readonly layer: string | undefined;
  readonly base: string;
  /** A file that holds the guest's memory: shared while its state is being saved, and private to whoever resumes from it. */
  readonly memoryFile: { readonly path: string; readonly shared: boolean } | undefined;
  /** Whether a saved state follows, instead of a boot. */
  readonly resumes: boolean;
  /** Whether this QEMU can bound its own system calls. */
  readonly hasSandbox: boolean;
  /** Where QEMU reports to whoever started it, and where it listens for others and for `wakeByLine`: paths without commas. */
  readonly sockets: { readonly starter: string; readonly control: string; readonly wake: string };
}

/** The guest's two networks as QMP calls them, and what the guest's address is there. */
export const networks = {
  /** Everything that it reaches by itself. */
  outside: { id: 'net', guest: '10.0.2.15' },
  /** What the host logs in by. It leads nowhere, so that the other can be cut. */
  ssh: { id: 'ssh', guest: '10.0.3.15' },
} as const;

/** QEMU's arguments; see qemu-system-x86_64(1). Paths are in JSON, where no character means anything. */
export function qemuArguments(machine: QemuMachine): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot'],
    ...['-display', 'none'],
    ...['-machine', 'q35,hpet=off,smbus=off,sata=off,vmport=off,memory-backend=ram'],
    ...['-accel', machine.acceleration === 'tcg' ? 'tcg,thread=multi' : machine.acceleration],
    // Five levels of page tables cost an emulated processor time, and give a small guest nothing.
    ...['-cpu', machine.acceleration === 'tcg' ? 'max,la57=off' : 'host'],
    ...['-smp', String(machine.processors)],
    ...['-m', String(machine.memory)],
    ...['-object', json(memoryObject(machine))],
    ...['-rtc', 'base=utc'],
    ...['-kernel', machine.kernel, '-initrd', machine.initrd, '-append', kernelLine],
    ...disk(machine),
    // In this order the guest calls them eth0 and eth1.
    ...network(networks.outside.id, ''),
    ...network(networks.ssh.id, ',net=10.0.3.0/24,restrict=on'),
    ...['-device', 'virtio-rng-pci', '-device', 'vmgenid,guid=auto'],
    // stdout is the console's, which somebody bounds.
    ...['-chardev', 'file,id=console,path=/dev/stdout', '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=wake,path=${machine.sockets.wake},server=on,wait=off`],
    ...['-serial', 'chardev:wake'],
    ...control(machine),
    ...(machine.hasSandbox ? ['-sandbox', sandbox] : []),
    ...(machine.resumes ? ['-S', '-incoming', 'defer'] : []),
  ];
}

/**
 * A panic ends the machine instead of standing still. What a kernel does against attacks from within the guest costs an
 * emulated processor much, and a throw-away guest has nothing to keep from itself.
 */
const kernelLine = 'root=/dev/vda console=ttyS0 panic=-1 mitigations=off quiet';

const sandbox = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';

function memoryObject({ memory, memoryFile }: QemuMachine): object {
  const size = memory * 1024 * 1024;
  if (memoryFile === undefined) return { 'qom-type': 'memory-backend-ram', id: 'ram', size };
  const { path, shared } = memoryFile;
  return { 'qom-type': 'memory-backend-file', id: 'ram', size, 'mem-path': path, share: shared };
}

/**
 * What the guest writes needn't survive a power cut, so nothing is flushed to the host's disk. What can't be written stops
 * the machine: a guest may not tell its programs that it has lost what they wrote.
 */
function disk({ disk: overlay, layer, base }: QemuMachine): string[] {
  const cache = { 'no-flush': true };
  const below = [readOnly('base', base), ...(layer === undefined ? [] : [readOnly('layer', layer, 'base')])];
  const top = {
    driver: 'qcow2',
    'node-name': 'disk',
    cache,
    discard: 'unmap',
    file: { driver: 'file', filename: overlay, cache },
    backing: layer === undefined ? 'base' : 'layer',
  };
  return [
    ...[...below, top].flatMap((node) => ['-blockdev', json(node)]),
    ...['-device', 'virtio-blk-pci,drive=disk,discard=on,werror=stop'],
  ];
}

function network(id: string, options: string): string[] {
  return ['-netdev', `user,id=${id},ipv6=off${options}`, '-device', `virtio-net-pci,netdev=${id},romfile=`];
}

function readOnly(name: string, filename: string, backing?: string): object {
  return {
    driver: 'qcow2',
    'node-name': name,
    'read-only': true,
    file: { driver: 'file', filename, 'read-only': true },
    // Else a name in the file itself would say what lies below.
    backing: backing ?? null,
  };
}

function control({ sockets }: QemuMachine): string[] {
  return [
    ...['-chardev', `socket,id=starter,path=${sockets.starter}`, '-mon', 'chardev=starter,mode=control'],
    ...['-chardev', `socket,id=control,path=${sockets.control},server=on,wait=off`],
    ...['-mon', 'chardev=control,mode=control'],
  ];
}

function json(value: object): string {
  return JSON.stringify(value);
}
