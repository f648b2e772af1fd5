import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ListedMachine } from '../machine-registrar.js';
import { calls } from './vboxmanage/arguments.js';
import { isUp } from './vboxmanage/machine-info.js';
import { machineName } from './vboxmanage/machine-name.js';
import { VBoxMachine } from './vboxmanage/vboxmanage.js';

/** Times between two tries, in milliseconds: VirtualBox tells nobody when it lets go of a machine. */
const pauses = [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 12_800, 12_800] as const;

/**
 * Takes a machine of that UUID off VirtualBox's list, with all that lies in its folder. One that runs is switched off; one
 * that somebody is still saving, or letting go of, is waited for. Nothing of it is noted in a log: it has to work on a
 * disk that takes no line.
 */
export async function takeOffTheList({ uuid, configuration, disk }: ListedMachine): Promise<void> {
  const machine = new VBoxMachine(machineName(configuration), undefined);
  if ((await machine.info())?.uuid === uuid) await removeMachine(machine);
  // VirtualBox may remember the disk, or have removed it with the machine.
  await machine.ask(calls.forgetDisk(resolve(disk)));
}

async function removeMachine(machine: VBoxMachine): Promise<void> {
  const { name } = machine;
  for (const wait of [...pauses, undefined]) {
    const info = await machine.info();
    if (info === undefined) return;
    if (isUp(info)) await machine.ask(calls.powerOff(name));
    const answer = await machine.ask(calls.unregister(name));
    if (answer.done || answer.refusal.kind === 'no-machine') return;
    if (answer.refusal.kind !== 'in-use' || wait === undefined)
      throw machine.failed('be removed', answer.refusal);
    await pause(wait);
  }
}
