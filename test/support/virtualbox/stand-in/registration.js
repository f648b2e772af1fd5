import { existsSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { copyOf, inSnapshots, overlay } from './headless.js';
import { parseOptions } from './options.js';
import { refusals } from './refusal.js';
import { createMachine, register, saveMachine, settingsFile, unregister, withSession } from './store.js';

/** @typedef {import('./store.js').Machine} Machine */

/** @param {string[]} args */
export function createvm(args) {
  const { options } = parseOptions(args, {
    ...{ '--name': 1, '--uuid': 1, '--ostype': 1, '--basefolder': 1 },
    '--register': 0,
  });
  const given = new Map(options);
  const machine = createMachine({
    name: given.get('--name')?.[0] ?? '',
    uuid: given.get('--uuid')?.[0],
    base: given.get('--basefolder')?.[0],
    ostype: given.get('--ostype')?.[0] ?? 'Other',
  });
  const registers = given.has('--register');
  if (registers) register(machine);
  return `Virtual machine '${machine.name}' is created${registers ? ' and registered' : ''}.\nUUID: ${machine.uuid}\nSettings file: '${settingsFile(machine)}'\n`;
}

/** Settings that may only change while the machine is powered off. @type {Readonly<Record<string, (machine: Machine, values: string[]) => void>>} */
const settings = {
  '--memory': ({ hardware }, [value]) => void (hardware.memory = Number(value)),
  '--cpus': ({ hardware }, [value]) => void (hardware.cpus = Number(value)),
  '--firmware': ({ hardware }, [value = '']) => void (hardware.firmware = value.toUpperCase()),
  '--nic1': ({ hardware }, [value = '']) => void (hardware.nic1 = value),
  '--nictype1': ({ hardware }, [value = '']) => void (hardware.nictype1 = value),
  '--boot1': () => undefined,
  '--boot2': () => undefined,
  '--boot3': () => undefined,
  '--boot4': () => undefined,
  '--ioapic': () => undefined,
  '--rtcuseutc': () => undefined,
};

/** What may change in any state: the network engine's settings. @type {typeof settings} */
const engine = {
  '--natpf1': ({ hardware }, [value = '', name]) => {
    if (value === 'delete') {
      hardware.rules = hardware.rules.filter((rule) => rule.name !== name);
      return;
    }
    const [rule = '', protocol = '', hostIp = '', hostPort, guestIp = '', guestPort] = value.split(',');
    if (hardware.rules.some((each) => each.name === rule)) throw refusals.ruleExists();
    hardware.rules.push({
      name: rule,
      protocol,
      hostIp,
      hostPort: Number(hostPort),
      guestIp,
      guestPort: Number(guestPort),
    });
    hardware.rules.sort((one, other) => (one.name < other.name ? -1 : 1));
  },
  '--nat-localhostreachable1': ({ hardware }, [value]) => void (hardware.localhostReachable = value === 'on'),
};

/** @param {string[]} args */
export async function modifyvm(args) {
  const names = [...Object.keys(settings), ...Object.keys(engine)];
  const shape = Object.fromEntries(names.map((name) => [name, 1]));
  // `--natpf1 delete NAME` is one option with two words.
  const joined = args.flatMap((arg, at) => (args[at - 1] === '--natpf1' && arg === 'delete' ? [] : [arg]));
  const deletes = args.length !== joined.length;
  const { words, options } = parseOptions(joined, shape);
  return withSession(words[0], refusals.lockedForSession, (machine) => {
    if (machine.state === 'running') throw refusals.lockedForSession(machine.name);
    for (const [name, values] of options) {
      const fixed = settings[name];
      if (fixed !== undefined && machine.state === 'saved') throw refusals.notMutable('Saved');
      fixed?.(machine, values);
      engine[name]?.(machine, deletes ? ['delete', ...values] : values);
    }
    saveMachine(machine);
    return '';
  });
}

/** @param {string[]} args */
export async function storagectl(args) {
  const { words, options } = parseOptions(args, {
    '--name': 1,
    '--add': 1,
    '--controller': 1,
    '--portcount': 1,
  });
  return withSession(words[0], refusals.lockedForSession, (machine) => {
    machine.controller = new Map(options).get('--name')?.[0];
    saveMachine(machine);
    return '';
  });
}

/** A disk of the type `multiattach` is never written to: each machine gets a differencing one over it. @param {string[]} args */
export async function storageattach(args) {
  const { words, options } = parseOptions(args, {
    '--storagectl': 1,
    '--port': 1,
    '--device': 1,
    '--type': 1,
    '--medium': 1,
    '--mtype': 1,
  });
  return withSession(words[0], refusals.lockedForSession, (machine) => {
    const medium = resolve(new Map(options).get('--medium')?.[0] ?? '');
    if (!existsSync(medium)) throw refusals.noMedium(medium);
    const disk = inSnapshots(machine, `{${randomUUID()}}.qcow2`);
    const copy = inSnapshots(machine, 'base.qcow2');
    copyOf(medium, copy);
    overlay(copy, disk);
    machine.base = medium;
    machine.disk = disk;
    saveMachine(machine);
    return '';
  });
}

/** @param {string[]} args */
export async function unregistervm(args) {
  const { words, options } = parseOptions(args, { '--delete': 0 });
  return withSession(words[0], refusals.unregisterLocked, (machine) => {
    if (machine.state === 'running') throw refusals.unregisterLocked(machine.name);
    unregister(machine);
    if (options.length > 0) rmSync(machine.folder, { recursive: true, force: true });
    return '';
  });
}

/** The stand-in has no list of media beside the machines'. @param {string[]} args */
export function closemedium([kind, medium = '']) {
  if (kind !== 'disk' || !existsSync(medium)) throw refusals.noMedium(medium);
  return '';
}
