import { randomUUID } from 'node:crypto';
import {
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { refusals } from './refusal.js';

/**
 * @typedef {{ name: string, protocol: string, hostIp: string, hostPort: number, guestIp: string, guestPort: number }} Rule
 * @typedef {{ memory: number, cpus: number, firmware: string, nic1: string, nictype1: string, localhostReachable: boolean, rules: Rule[] }} Hardware
 * @typedef {{ name: string, uuid: string, disk: string | undefined, stateFile: string | undefined, hardware: Hardware }} Snapshot
 * @typedef {'poweroff' | 'saved' | 'running' | 'paused' | 'aborted'} State
 * @typedef {{ name: string, uuid: string, ostype: string, folder: string, hardware: Hardware, state: State, changed: string,
 *   stateFile: string | undefined, controller: string | undefined, base: string | undefined, disk: string | undefined, pid: number | undefined,
 *   snapshots: Snapshot[], current: string | undefined, extradata: Record<string, string> }} Machine
 */

/** Where the stand-in keeps what it knows: the real one's variable. */
export const home = process.env.VBOX_USER_HOME ?? join(homedir(), '.config', 'VirtualBox');

const registry = join(home, 'registry.json');

/** Settings files of registered machines. @returns {string[]} */
function registered() {
  return /** @type {string[]} */ (readJson(registry) ?? []);
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} file @param {unknown} value */
function writeJson(file, value) {
  const staged = `${file}.${randomUUID()}`;
  writeFileSync(staged, JSON.stringify(value, undefined, 1));
  renameSync(staged, file);
}

/** The settings file of a machine. @param {Machine} machine */
export function settingsFile(machine) {
  return join(machine.folder, `${machine.name}.vbox`);
}

/** Finds a machine by name or UUID. @param {string | undefined} name @returns {Machine} */
export function findMachine(name = '') {
  for (const file of registered()) {
    const machine = /** @type {Machine | undefined} */ (readJson(file));
    if (machine !== undefined && (machine.name === name || machine.uuid === name)) return settled(machine);
  }
  throw refusals.noMachine(name);
}

/** A machine whose process has gone is powered off when it left in order, and aborted when not. @param {Machine} machine */
function settled(machine) {
  if ((machine.state !== 'running' && machine.state !== 'paused') || lives(machine.pid)) return machine;
  // QEMU removes the file on its way out, and only then.
  const inOrder = readPid(machine) === undefined;
  const after = {
    ...machine,
    state: /** @type {State} */ (inOrder ? 'poweroff' : 'aborted'),
    pid: undefined,
  };
  rmSync(join(machine.folder, 'pid'), { force: true });
  saveMachine(after);
  return after;
}

/** The process of a machine that runs. @param {Machine} machine */
export function readPid(machine) {
  try {
    return Number(readFileSync(join(machine.folder, 'pid'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {number | undefined} pid */
function lives(pid) {
  if (pid === undefined) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

/** @param {Machine} machine */
export function saveMachine(machine) {
  writeJson(settingsFile(machine), machine);
}

/** @param {Machine} machine @param {Partial<Machine> & { state: State }} change */
export function changeState(machine, change) {
  Object.assign(machine, change, { changed: new Date().toISOString() });
  saveMachine(machine);
}

/** @param {{ name: string, uuid: string | undefined, base: string | undefined, ostype: string }} wanted */
export function createMachine({ name, uuid, base, ostype }) {
  const folder = join(base ?? join(home, 'Machines'), name);
  /** @type {Machine} */
  const machine = {
    name,
    uuid: uuid ?? randomUUID(),
    ostype,
    folder,
    hardware: {
      memory: 128,
      cpus: 1,
      firmware: 'BIOS',
      nic1: 'nat',
      nictype1: '82540EM',
      localhostReachable: false,
      rules: [],
    },
    state: 'poweroff',
    changed: new Date().toISOString(),
    stateFile: undefined,
    controller: undefined,
    base: undefined,
    disk: undefined,
    pid: undefined,
    snapshots: [],
    current: undefined,
    extradata: {},
  };
  if (readJson(settingsFile(machine)) !== undefined) throw refusals.machineExists(settingsFile(machine));
  mkdirSync(join(folder, 'Snapshots'), { recursive: true });
  mkdirSync(join(folder, 'Logs'), { recursive: true });
  saveMachine(machine);
  return machine;
}

/** @param {Machine} machine */
export function register(machine) {
  writeJson(registry, [...registered(), settingsFile(machine)]);
}

/** @param {Machine} machine */
export function unregister(machine) {
  writeJson(
    registry,
    registered().filter((file) => file !== settingsFile(machine)),
  );
}

/**
 * Runs `work` with the machine's session lock, which one process has at a time; another is refused, not queued.
 *
 * @template T
 * @param {string | undefined} name
 * @param {(name: string) => Error} refusal
 * @param {(machine: Machine) => Promise<T> | T} work
 * @returns {Promise<T>}
 */
export async function withSession(name, refusal, work) {
  const { folder, name: machineName } = findMachine(name);
  const lock = join(folder, 'session');
  takeLock(lock, () => refusal(machineName));
  try {
    return await work(findMachine(name));
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock @param {() => Error} refusal */
function takeLock(lock, refusal) {
  for (;;) {
    try {
      const file = openSync(lock, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      return;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    let holder = '';
    try {
      holder = readFileSync(lock, 'utf8');
    } catch {
      continue;
    }
    // An empty one is being written.
    if (holder === '' || lives(Number(holder))) throw refusal();
    rmSync(lock, { force: true });
  }
}
