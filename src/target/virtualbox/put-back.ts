import type { Emit } from '../../core/events.js';
import { suiteArch } from '../../core/workspace.js';
import type { TargetSpec } from '../target.js';
import { calls } from './vboxmanage/arguments.js';
import type { MachineInfo } from './vboxmanage/machine-info.js';
import type { VBoxMachine } from './vboxmanage/vboxmanage.js';

/**
 * Puts a machine back to its clean snapshot. The snapshot is of a running machine, whose memory and processors can't
 * change: where the target is to have others, a machine of this tool's making loses what it had in memory and will be booted
 * with them, and one that somebody made by hand stays as that person made it. Either is said.
 */
export async function putBack(
  machine: VBoxMachine,
  spec: TargetSpec,
  { byHand, emit }: { readonly byHand: boolean; readonly emit: Emit },
): Promise<void> {
  const restored = await machine.ask(calls.restore(machine.name));
  if (!restored.done) {
    const { kind, reason, hint } = restored.refusal;
    const better = kind === 'no-snapshot' && !byHand ? makeAgain(machine.name, spec) : hint;
    throw machine.failed('be put back to its snapshot', { reason, hint: better });
  }
  const info = await machine.info();
  if (info === undefined || fits(info, spec)) return;
  const has = `${String(info.memory)} MiB and ${processorWords(info.processors)}`;
  if (byHand) {
    const text = `the machine "${machine.name}" was made by hand and keeps its ${has}`;
    emit({ kind: 'warning', text, hint: sizeHint(machine.name, spec) });
    return;
  }
  if (info.state === 'saved') {
    const text = `"${machine.name}" has ${has} in its snapshot: it is booted anew, with ${String(spec.memory)} MiB and ${processorWords(spec.processors)}`;
    emit({ kind: 'note', text });
    await machine.do('be booted anew', calls.discard(machine.name));
  }
  await machine.do('be given other memory or processors', calls.size(machine.name, spec));
}

/** One of this tool's making has its snapshot from the beginning, unless a `make-base-vm` was killed. */
function makeAgain(name: string, spec: TargetSpec): string {
  const disk = `base-${suiteArch(spec)}.vdi`;
  const { suite, architecture } = spec;
  const making = `make-base-vm --vbox --suite ${suite} --arch ${architecture}`;
  return `to make it again: VBoxManage unregistervm ${name} --delete; rm -f ${disk} ${disk}.json; ${making}`;
}

/** Whether a machine has what a target is to have. */
export function fits(info: MachineInfo, { memory, processors }: TargetSpec): boolean {
  return info.memory === memory && info.processors === processors;
}

function processorWords(count: number): string {
  return count === 1 ? '1 processor' : `${String(count)} processors`;
}

function sizeHint(name: string, { memory, processors }: TargetSpec): string {
  return `with the machine powered off: VBoxManage modifyvm ${name} --memory ${String(memory)} --cpus ${String(processors)}, and take its snapshot again`;
}
