import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { standsStill } from './headless.js';
import { controlvm, discardstate, startvm } from './power.js';
import { closemedium, createvm, modifyvm, storageattach, storagectl, unregistervm } from './registration.js';
import { Refusal, refusals } from './refusal.js';
import { machineReadable } from './machine-readable.js';
import { snapshot } from './snapshots.js';
import { findMachine, home, saveMachine } from './store.js';

/** @type {Readonly<Record<string, (args: string[]) => Promise<string> | string>>} */
const subcommands = {
  showvminfo,
  createvm,
  modifyvm,
  storagectl,
  storageattach,
  unregistervm,
  closemedium,
  startvm,
  controlvm,
  discardstate,
  snapshot,
  setextradata,
  getextradata,
};

/**
 * Does what the arguments of a `VBoxManage` call say, and returns its exit code.
 *
 * `faults.json` in `$VBOX_USER_HOME` maps a subcommand to what it fails with, or `--version` to a warning before it. With
 * `wait` a machine is started only once whoever listens at that port of the loopback has closed the connection.
 *
 * @param {string[]} args
 */
export async function main([name = '', ...args]) {
  mkdirSync(home, { recursive: true });
  const fault = faults()[name];
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${fault ?? ''}7.0.20r163906\n`);
    return 0;
  }
  try {
    const run = subcommands[name];
    if (run === undefined) throw refusals.syntax(`Invalid command '${name}'`);
    if (fault !== undefined) throw refusals.powerUp(fault);
    const { wait } = faults();
    if (name === 'startvm' && wait !== undefined)
      await once(connect(Number(wait), '127.0.0.1').resume(), 'close');
    process.stdout.write(await run(args));
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(error.lines);
    return 1;
  }
}

/** @returns {Record<string, string>} */
function faults() {
  try {
    return JSON.parse(readFileSync(join(home, 'faults.json'), 'utf8'));
  } catch {
    return {};
  }
}

/** @param {string[]} args */
async function showvminfo([name, option]) {
  const machine = findMachine(name);
  if (option !== '--machinereadable') throw refusals.syntax('the stand-in has only --machinereadable');
  const isPaused = machine.state === 'running' && (await standsStill(machine));
  return machineReadable(isPaused ? { ...machine, state: 'paused' } : machine);
}

/** @param {string[]} args */
function setextradata([name, key = '', value = '']) {
  const machine = findMachine(name);
  if (value === '') delete machine.extradata[key];
  else machine.extradata[key] = value;
  saveMachine(machine);
  return '';
}

/** @param {string[]} args */
function getextradata([name, key = '']) {
  const value = findMachine(name).extradata[key];
  return value === undefined ? 'No value set!\n' : `Value: ${value}\n`;
}
