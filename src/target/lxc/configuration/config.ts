import type { TargetSpec } from '../../target.js';
import type { Bridge } from './bridge.js';
import { runFolder } from '../container.js';
import type { ControlGroups } from './control-groups.js';

/** Everything that a container's configuration depends on. */
export interface ContainerFacts {
  readonly name: string;
  readonly spec: TargetSpec;
  /** The static init of the host that runs as process 1 of the container. */
  readonly init: string;
  /** The filter of system calls, where the host's LXC has that. */
  readonly seccomp: string | undefined;
  readonly controlGroups: ControlGroups;
  readonly hostProcessors: number;
  /** Undefined for a network of the container's own. */
  readonly bridge: Bridge | undefined;
}

/** The text of a container's configuration; see lxc.container.conf(5). */
export function containerConfig(facts: ContainerFacts): string {
  const lines: Line[] = [
    ['lxc.uts.name', 'gitian'],
    ['lxc.arch', facts.spec.architecture === 'i386' ? 'i686' : 'x86_64'],
    ['lxc.rootfs.path', `dir:${runFolder(facts.name)}/rootfs`],
    ['lxc.init.cmd', '/dev/gitian-init -P'],
    // In time, should the session be killed in the moment before the hook listens to it. lxc-start has no PATH.
    ['lxc.hook.start-host', `/usr/bin/timeout 60 /bin/sh ${runFolder(facts.name)}/started.sh`],
    ...mounts(facts.init),
    ...network(facts.bridge),
    // No login consoles: commands come through lxc-attach.
    ['lxc.tty.max', '0'],
    ['lxc.pty.max', '1024'],
    ['lxc.console.path', 'none'],
    ['lxc.cap.keep', capabilities.join(' ')],
    ...(facts.seccomp === undefined ? [] : [['lxc.seccomp.profile', facts.seccomp] as const]),
    ...devices(facts.controlGroups),
    ...limits(facts),
  ];
  return lines.map(([key, value]) => `${key} = ${value}\n`).join('');
}

type Line = readonly [key: string, value: string];

/**
 * What installing packages and building need: root of the guest may own, chmod and chroot, switch users, and, without a
 * user namespace, make device files, which then can't be opened. Not: mounts, modules, tracing, clocks, the network, raw
 * packets, which would go around the rules that keep the host out of reach.
 */
const capabilities = [
  'audit_write',
  'chown',
  'dac_override',
  'fowner',
  'fsetid',
  'kill',
  'mknod',
  'net_bind_service',
  'setfcap',
  'setgid',
  'setpcap',
  'setuid',
  'sys_chroot',
] as const;

function mounts(init: string): Line[] {
  return [
    ['lxc.mount.auto', 'proc:mixed sys:ro'],
    // Outside the root file system's own folders, so that no package can be in its way.
    ['lxc.mount.entry', `${escapeField(init)} dev/gitian-init none bind,ro,create=file 0 0`],
    ['lxc.mount.entry', 'tmpfs dev/shm tmpfs rw,nosuid,nodev,create=dir 0 0'],
  ];
}

function network(bridge: Bridge | undefined): Line[] {
  // slirp4netns gives the empty one its device.
  if (bridge === undefined) return [['lxc.net.0.type', 'empty']];
  return [
    ['lxc.net.0.type', 'veth'],
    ['lxc.net.0.link', bridge.name],
    ['lxc.net.0.flags', 'up'],
    ['lxc.net.0.name', 'eth0'],
    ['lxc.net.0.ipv4.address', `${bridge.guestAddress}/24`],
    ['lxc.net.0.ipv4.gateway', bridge.hostAddress],
  ];
}

/** Any device file may be made; these may be opened: null, zero, full, random, urandom, tty, ptmx, pseudo-terminals. */
const openDevices = ['1:3', '1:5', '1:7', '1:8', '1:9', '5:0', '5:2', '136:*'] as const;

function devices({ version, controllers }: ControlGroups): Line[] {
  // The second generation bounds devices with BPF, not with a controller.
  if (version === 1 && !controllers.has('devices')) return [];
  const key = version === 1 ? 'lxc.cgroup.devices' : 'lxc.cgroup2.devices';
  const rules = ['c *:* m', 'b *:* m', ...openDevices.map((numbers) => `c ${numbers} rwm`)];
  return [[`${key}.deny`, 'a'], ...rules.map((rule) => [`${key}.allow`, rule] as const)];
}

/** Length of the accounting period for processor time, in microseconds: the kernel's default. */
const period = 100_000;

/** How many processes and threads a container may have at once, beside some per processor. */
const processes = { base: 4096, perProcessor: 256 } as const;

function limits({ spec, controlGroups, hostProcessors }: ContainerFacts): Line[] {
  const { version, controllers, swap } = controlGroups;
  const bytes = String(spec.memory * 1024 * 1024);
  const count = String(processes.base + processes.perProcessor * spec.processors);
  const quota = String(spec.processors * period);
  const old = version === 1;
  const lines: Line[] = [];
  if (controllers.has('memory')) {
    lines.push(old ? ['lxc.cgroup.memory.limit_in_bytes', bytes] : ['lxc.cgroup2.memory.max', bytes]);
    // The old key bounds memory and swap together, the new one swap alone.
    if (swap) {
      lines.push(
        old ? ['lxc.cgroup.memory.memsw.limit_in_bytes', bytes] : ['lxc.cgroup2.memory.swap.max', '0'],
      );
    }
  }
  if (controllers.has('pids')) lines.push([old ? 'lxc.cgroup.pids.max' : 'lxc.cgroup2.pids.max', count]);
  // All of the host's processors are no bound.
  if (controllers.has('cpu') && spec.processors < hostProcessors) {
    lines.push(
      old ? ['lxc.cgroup.cpu.cfs_quota_us', quota] : ['lxc.cgroup2.cpu.max', `${quota} ${String(period)}`],
    );
  }
  return lines;
}

/** Writes a path as a field of fstab(5). */
function escapeField(path: string): string {
  return path.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
