/* global structuredClone */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { inSnapshots, overlay, snapshotOnline } from './headless.js';
import { dropState } from './power.js';
import { refusals } from './refusal.js';
import { changeState, saveMachine, withSession } from './store.js';

/** @typedef {import('./store.js').Machine} Machine */

/** @param {string[]} args */
export async function snapshot([machineName, command, name = '']) {
  return withSession(machineName, refusals.lockedForSession, async (machine) => {
    if (command === 'take') return take(machine, name);
    if (command === 'restore') return restore(machine, name);
    throw refusals.syntax(`Invalid parameter '${command ?? ''}'`);
  });
}

/** @param {Machine} machine @param {string} name */
async function take(machine, name) {
  const uuid = randomUUID();
  const disk = inSnapshots(machine, `{${randomUUID()}}.qcow2`);
  const before = machine.disk;
  let stateFile = undefined;
  if (machine.state === 'running') {
    stateFile = inSnapshots(machine, `${uuid}.sav`);
    await snapshotOnline(machine, stateFile, disk);
  } else if (before !== undefined) {
    overlay(before, disk);
  }
  machine.snapshots.push({
    name,
    uuid,
    disk: before,
    stateFile,
    hardware: structuredClone(machine.hardware),
  });
  machine.current = uuid;
  machine.disk = before === undefined ? undefined : disk;
  saveMachine(machine);
  return `Snapshot taken. UUID: ${uuid}\n`;
}

/** @param {Machine} machine @param {string} name */
function restore(machine, name) {
  const found = machine.snapshots.find((each) => each.name === name || each.uuid === name);
  if (found === undefined) throw refusals.noSnapshot(name);
  if (machine.state === 'running' || machine.state === 'paused') throw refusals.restoreRunning('Running');
  dropState(machine);
  if (machine.disk !== undefined) rmSync(machine.disk, { force: true });
  const disk = inSnapshots(machine, `{${randomUUID()}}.qcow2`);
  if (found.disk !== undefined) overlay(found.disk, disk);
  changeState(machine, {
    state: found.stateFile === undefined ? 'poweroff' : 'saved',
    stateFile: found.stateFile,
    disk: found.disk === undefined ? undefined : disk,
    hardware: structuredClone(found.hardware),
    current: found.uuid,
  });
  return `Restoring snapshot '${name}' (${found.uuid})\n`;
}
