import { rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { inSnapshots, launch, powerDown, saveState } from './headless.js';
import { parseOptions } from './options.js';
import { refusals } from './refusal.js';
import { changeState, withSession } from './store.js';

const progress = '0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%\n';

/** @param {string[]} args */
export async function startvm(args) {
  const { words } = parseOptions(args, { '--type': 1 });
  return withSession(words[0], refusals.lockedBySession, async (machine) => {
    if (machine.state === 'running' || machine.state === 'paused')
      throw refusals.lockedBySession(machine.name);
    const pid = await launch(machine, machine.stateFile);
    dropState(machine);
    changeState(machine, { state: 'running', pid, stateFile: undefined });
    return `Waiting for VM "${machine.name}" to power on...\nVM "${machine.name}" has been successfully started.\n`;
  });
}

/** @param {string[]} args */
export async function controlvm([name, command]) {
  return withSession(name, refusals.lockedForSession, async (machine) => {
    if (machine.state !== 'running' && machine.state !== 'paused') throw refusals.notRunning(machine.name);
    if (command === 'poweroff') {
      await powerDown(machine);
      changeState(machine, { state: 'poweroff', pid: undefined });
    } else if (command === 'savestate') {
      const stateFile = inSnapshots(machine, `${randomUUID()}.sav`);
      await saveState(machine, stateFile);
      changeState(machine, { state: 'saved', pid: undefined, stateFile });
    } else {
      throw refusals.syntax(`Invalid parameter '${command ?? ''}'`);
    }
    process.stderr.write(progress);
    return '';
  });
}

/** @param {string[]} args */
export async function discardstate([name]) {
  return withSession(name, refusals.lockedForSession, (machine) => {
    if (machine.state !== 'saved')
      throw refusals.nothingSaved(machine.state === 'running' ? 'Running' : 'PoweredOff');
    dropState(machine);
    changeState(machine, { state: 'poweroff', stateFile: undefined });
    return '';
  });
}

/** Removes the file of the current state, unless it is a snapshot's. @param {import('./store.js').Machine} machine */
export function dropState({ stateFile, snapshots }) {
  if (stateFile === undefined || snapshots.some((each) => each.stateFile === stateFile)) return;
  rmSync(stateFile, { force: true });
}
