import { Buffer } from 'node:buffer';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, existsSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Monitor } from './qmp.js';
import { refusals } from './refusal.js';
import { readPid } from './store.js';

/** @typedef {import('./store.js').Machine} Machine */

/** Firmware of 64 bits, with which VirtualBox's `efi` and `efi64` boot. */
const firmware = { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd' };

/** What QEMU calls the network adapters. */
const adapters = { '82540EM': 'e1000', virtio: 'virtio-net-pci' };

/** QEMU's arguments for a machine; `ports` are the rules whose host port is free. @param {Machine} machine @param {import('./store.js').Rule[]} ports */
function qemuArguments({ name, hardware, disk }, ports) {
  const { memory, cpus, nictype1 } = hardware;
  const forwards = ports.map(
    ({ protocol, hostIp, hostPort, guestIp, guestPort }) =>
      `,hostfwd=${protocol}:${hostIp}:${String(hostPort)}-${guestIp}:${String(guestPort)}`,
  );
  const network = `user,id=nic1${forwards.join('')}`;
  return [
    ...['-name', name, '-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max'],
    ...['-m', String(memory), '-smp', String(cpus), '-nodefaults', '-no-user-config', '-display', 'none'],
    ...firmwareArguments(hardware.firmware),
    ...['-netdev', network, '-device', `${adapters[/** @type {'virtio'} */ (nictype1)]},netdev=nic1`],
    ...(disk === undefined
      ? []
      : [
          ...[
            '-drive',
            `if=none,id=disk0,format=qcow2,cache=unsafe,discard=unmap,file=${disk.replaceAll(',', ',,')}`,
          ],
          ...['-device', 'ide-hd,drive=disk0,bus=ide.0,bootindex=1'],
        ]),
    ...['-serial', 'file:Logs/serial.log', '-qmp', 'unix:monitor,server=on,wait=off', '-pidfile', 'pid'],
  ];
}

/** @param {string} kind */
function firmwareArguments(kind) {
  if (kind === 'BIOS') return [];
  if (!['EFI', 'EFI64'].includes(kind)) throw refusals.powerUp(`the stand-in has no firmware "${kind}"`);
  if (!existsSync('nvram')) copyFileSync(firmware.variables, 'nvram');
  return [
    ...['-drive', `if=pflash,format=raw,readonly=on,file=${firmware.code}`],
    ...['-drive', 'if=pflash,format=raw,file=nvram'],
  ];
}

/**
 * Starts a machine's process, with the state in `stateFile` where it was saved; the process outlives this one. A rule
 * whose host port is taken is left out without a word, as by the real one.
 *
 * @param {Machine} machine
 * @param {string | undefined} stateFile
 * @returns {Promise<number>} its number
 */
export async function launch(machine, stateFile) {
  process.chdir(machine.folder);
  rmSync('monitor', { force: true });
  if (stateFile !== undefined) checkState(stateFile);
  const free = [];
  for (const rule of machine.hardware.rules) {
    if (rule.protocol === 'udp' || (await isFree(rule.hostPort, rule.hostIp))) free.push(rule);
  }
  const args = [...qemuArguments(machine, free), ...(stateFile === undefined ? [] : ['-incoming', 'defer'])];
  await begin(args);
  if (stateFile !== undefined) await resume(machine, stateFile);
  return readPid(machine) ?? 0;
}

/** Starts QEMU in a session of its own, where no signal for a group of ours reaches it, and waits for its monitor. @param {string[]} args */
async function begin(args) {
  const log = openSync('Logs/VBox.log', 'w');
  const child = spawn('qemu-system-x86_64', args, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = once(child, 'exit').then(() => true);
  while (!(await answers())) {
    if (await Promise.race([ended, pause(20, false)])) {
      throw refusals.powerUp(readFileSync('Logs/VBox.log', 'utf8').trim().split('\n').at(-1) ?? '');
    }
  }
  child.unref();
}

async function answers() {
  try {
    (await Monitor.open('monitor')).close();
    return true;
  } catch {
    return false;
  }
}

/** QEMU waits forever for a state that never begins. @param {string} stateFile */
function checkState(stateFile) {
  const magic = Buffer.alloc(4);
  const file = openSync(stateFile, 'r');
  readSync(file, magic);
  closeSync(file);
  if (magic.toString('latin1') !== 'QEVM') {
    throw refusals.powerUp(`Failed to load the saved state '${stateFile}' (VERR_SSM_INTEGRITY_MAGIC)`);
  }
}

/** @param {Machine} machine @param {string} stateFile */
async function resume(machine, stateFile) {
  await withMonitor(machine, async (monitor) => {
    const { over } = await migration(monitor);
    await monitor.run('migrate-incoming', { uri: `exec:cat <${quoted(stateFile)}` });
    if (!(await over)) {
      throw refusals.powerUp(`Failed to load the saved state '${stateFile}' (VERR_SSM_INTEGRITY_MAGIC)`);
    }
    await monitor.run('cont');
  });
}

/** Ends a machine's process. @param {Machine} machine */
export async function powerDown(machine) {
  await withMonitor(machine, async (monitor) => {
    await monitor.run('quit');
    await monitor.closed();
  });
}

/** Whether a machine that runs stands still, as one does whose disk finds no room. @param {Machine} machine */
export async function standsStill(machine) {
  let status = '';
  await withMonitor(machine, async (monitor) => {
    ({ status } = await monitor.run('query-status'));
  }).catch(() => undefined);
  return status === 'io-error';
}

/** Writes a machine's state to a file and ends its process. @param {Machine} machine @param {string} stateFile */
export async function saveState(machine, stateFile) {
  await withMonitor(machine, async (monitor) => {
    await monitor.run('stop');
    await writeState(monitor, stateFile);
    await monitor.run('quit');
    await monitor.closed();
  });
}

/**
 * Writes a machine's state to a file, and lets it go on with a new disk over the one it had.
 *
 * @param {Machine} machine
 * @param {string} stateFile
 * @param {string} disk
 */
export async function snapshotOnline(machine, stateFile, disk) {
  await withMonitor(machine, async (monitor) => {
    await monitor.run('stop');
    // Before the state is written, since that lets go of the disks.
    await monitor.run('blockdev-snapshot-sync', { device: 'disk0', 'snapshot-file': disk, format: 'qcow2' });
    await writeState(monitor, stateFile);
    await monitor.run('cont');
  });
}

/** @param {Monitor} monitor @param {string} stateFile */
async function writeState(monitor, stateFile) {
  await monitor.run('migrate-set-parameters', { 'max-bandwidth': 8 * 2 ** 30 });
  const { over } = await migration(monitor);
  await monitor.run('migrate', { uri: `exec:cat >${quoted(stateFile)}` });
  if (!(await over)) throw refusals.powerUp(`Failed to save the machine state to '${stateFile}'`);
  // QEMU says that it is over a moment before it takes commands again.
  while ((await monitor.run('query-status')).status === 'finish-migrate') await pause(20);
}

/** Listens for the end of the next migration; `over` tells whether it went well. @param {Monitor} monitor */
async function migration(monitor) {
  await monitor.run('migrate-set-capabilities', { capabilities: [{ capability: 'events', state: true }] });
  const over = monitor.event(
    ({ event, data }) => event === 'MIGRATION' && ['completed', 'failed'].includes(data.status),
  );
  return { over: over.then(({ data }) => data?.status === 'completed') };
}

/** A new disk over another one. @param {string} backing @param {string} disk */
export function overlay(backing, disk) {
  image(['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', backing, disk]);
}

/** A copy of a VirtualBox disk: QEMU reads those, but can't save the state of a machine that has one. @param {string} vdi @param {string} disk */
export function copyOf(vdi, disk) {
  image(['convert', '-f', 'vdi', '-O', 'qcow2', vdi, disk]);
}

/** @param {string[]} args */
function image(args) {
  const { status, stderr } = spawnSync('qemu-img', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw refusals.badMedium(stderr.trim());
}

/** @param {Machine} machine @param {(monitor: Monitor) => Promise<void>} work */
async function withMonitor(machine, work) {
  // The whole path may be longer than a socket's can be.
  process.chdir(machine.folder);
  const monitor = await Monitor.open('monitor');
  try {
    await work(monitor);
  } finally {
    monitor.close();
  }
}

/** @param {number} port @param {string} ip */
async function isFree(port, ip) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, ip === '' ? '0.0.0.0' : ip, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** @param {string} path */
function quoted(path) {
  return `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

/** @param {Machine} machine @param {string} name */
export function inSnapshots(machine, name) {
  return join(machine.folder, 'Snapshots', name);
}
