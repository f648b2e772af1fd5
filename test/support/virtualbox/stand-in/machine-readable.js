import { join } from 'node:path';
import { settingsFile } from './store.js';

/** @typedef {import('./store.js').Machine} Machine */

const systems = {
  Debian_64: 'Debian (64-bit)',
  Debian: 'Debian (32-bit)',
  Ubuntu_64: 'Ubuntu (64-bit)',
  Ubuntu: 'Ubuntu (32-bit)',
};

/** What `showvminfo --machinereadable` prints, in the real one's order. @param {Machine} machine */
export function machineReadable(machine) {
  const { name, uuid, folder, ostype, hardware, state, changed, stateFile } = machine;
  const { memory, cpus, firmware, nic1, nictype1, localhostReachable } = hardware;
  return [
    text('name', name),
    text('encryption', 'disabled'),
    text('groups', '/'),
    text('platformArchitecture', 'x86'),
    text('ostype', systems[/** @type {'Debian'} */ (ostype)] ?? ostype),
    text('UUID', uuid),
    text('CfgFile', settingsFile(machine)),
    text('SnapFldr', join(folder, 'Snapshots')),
    text('LogFldr', join(folder, 'Logs')),
    text('hardwareuuid', uuid),
    `memory=${String(memory)}`,
    text('pagefusion', 'off'),
    'vram=8',
    'cpuexecutioncap=100',
    text('cpu-profile', 'host'),
    text('chipset', 'piix3'),
    text('firmware', firmware),
    `cpus=${String(cpus)}`,
    text('hpet', 'off'),
    'cpuid-portability-level=0',
    text('bootmenu', 'messageandmenu'),
    text('rtcuseutc', 'on'),
    text('VMState', state),
    text('VMStateChangeTime', changed.replace('Z', '000000')),
    ...(stateFile === undefined ? [] : [text('VMStateFile', stateFile)]),
    text('graphicscontroller', 'vboxvga'),
    'monitorcount=1',
    ...storage(machine),
    text('natnet1', 'nat'),
    text('macaddress1', '080027F00D01'),
    text('cableconnected1', 'on'),
    text('nic1', nic1),
    text('nictype1', nictype1),
    text('nicspeed1', '0'),
    ...['mtu="0"', 'sockSnd="64"', 'sockRcv="64"', 'tcpWndSnd="64"', 'tcpWndRcv="64"'],
    ...hardware.rules.map(
      (rule, at) =>
        `Forwarding(${String(at)})="${rule.name},${rule.protocol},${rule.hostIp},${String(rule.hostPort)},${rule.guestIp},${String(rule.guestPort)}"`,
    ),
    text('natlocalhostreachable1', localhostReachable ? 'on' : 'off'),
    ...[2, 3, 4, 5, 6, 7, 8].map((nic) => text(`nic${String(nic)}`, 'none')),
    text('uart1', 'off'),
    text('audio', 'none'),
    ...(state === 'running' || state === 'paused'
      ? [text('SessionName', 'headless'), 'VideoMode="800,600,32"@0,0 1']
      : []),
    text('usb', 'off'),
    ...snapshots(machine),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** @param {string} name @param {string} value */
function text(name, value) {
  return `${name}="${value.replace(/["\\]/g, (character) => `\\${character}`)}"`;
}

/** @param {Machine} machine */
function storage({ controller, disk }) {
  if (controller === undefined) return [];
  return [
    text('storagecontrollername0', controller),
    text('storagecontrollertype0', 'IntelAhci'),
    text('storagecontrollerportcount0', '1'),
    `"${controller}-0-0"=${JSON.stringify(disk ?? 'none')}`,
  ];
}

/** Each is the child of the one before. @param {Machine} machine */
function snapshots({ snapshots: all, current }) {
  let node = 'SnapshotName';
  return all.flatMap(({ name, uuid }) => {
    const lines = [text(node, name), text(node.replace('Name', 'UUID'), uuid)];
    if (uuid === current) {
      lines.push(
        text('CurrentSnapshotName', name),
        text('CurrentSnapshotUUID', uuid),
        text('CurrentSnapshotNode', node),
      );
    }
    node += '-1';
    return lines;
  });
}
