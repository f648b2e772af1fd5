import { calls } from './vboxmanage/arguments.js';
import type { Keeper } from './keeper.js';
import type { VBoxMachine } from './vboxmanage/vboxmanage.js';

/**
 * Ends a machine that runs: its state is saved, as by the original, or, where that is refused, it is switched off. Nothing happens
 * where it doesn't run. Who keeps it is let go in any case: it would wait for this process, and this process for it.
 */
export async function stopMachine(machine: VBoxMachine, keeper?: Keeper): Promise<void> {
  try {
    await saveOrSwitchOff(machine);
  } finally {
    await keeper?.release();
  }
}

async function saveOrSwitchOff(machine: VBoxMachine): Promise<void> {
  const saved = await machine.ask(calls.save(machine.name));
  if (saved.done || isGone(saved.refusal.kind)) return;
  const off = await machine.ask(calls.powerOff(machine.name));
  if (off.done || isGone(off.refusal.kind)) return;
  throw machine.failed('be stopped', off.refusal);
}

function isGone(kind: string): boolean {
  return kind === 'not-running' || kind === 'no-machine';
}
