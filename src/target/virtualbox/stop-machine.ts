import { calls } from './arguments.js';
import type { VBoxMachine } from './vboxmanage.js';

/**
 * Ends a machine that runs: its state is saved, as by the original, or, where that is refused, it is switched off. Nothing happens
 * where it doesn't run.
 */
export async function stopMachine(machine: VBoxMachine): Promise<void> {
  const saved = await machine.ask(calls.save(machine.name));
  if (saved.done || isGone(saved.refusal.kind)) return;
  const off = await machine.ask(calls.powerOff(machine.name));
  if (off.done || isGone(off.refusal.kind)) return;
  throw machine.failed('be stopped', off.refusal);
}

function isGone(kind: string): boolean {
  return kind === 'not-running' || kind === 'no-machine';
}
