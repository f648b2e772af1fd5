import type { Emit } from '../../core/events.js';
import { suiteArch } from '../../core/workspace.js';
import type { TargetSpec } from '../target.js';
import { calls, type MachineSize } from './vboxmanage/arguments.js';
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
  const has = sizeWords(info);
  if (byHand) {
    const text = `the machine "${machine.name}" was made by hand and keeps its ${has}`;
    emit({ kind: 'warning', text, hint: sizeHint(machine.name, spec) });
    return;
  }
  if (info.state === 'saved') {
    const text = `"${machine.name}" has ${has} in its snapshot: it is booted anew, with ${sizeWords(spec)}`;
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

/** Gives a machine that is started as it was left its memory and processors, or says that those in a saved state stay. */
export async function resize(
  machine: VBoxMachine,
  { info, spec }: { readonly info: MachineInfo; readonly spec: TargetSpec },
  emit: Emit,
): Promise<void> {
  if (fits(info, spec)) return;
  if (['poweroff', 'aborted'].includes(info.state)) {
    await machine.do('be given other memory or processors', calls.size(machine.name, spec));
    return;
  }
  const text = `"${machine.name}" goes on as it was saved, with its ${sizeWords(info)}`;
  emit({ kind: 'warning', text, hint: 'to give it others: build without --skip-image, or make-clean-vm' });
}

/** Whether a machine has what a target is to have. */
function fits(info: MachineInfo, { memory, processors }: TargetSpec): boolean {
  return info.memory === memory && info.processors === processors;
}

function sizeWords({ memory, processors }: MachineSize): string {
  return `${String(memory)} MiB and ${String(processors)} ${processors === 1 ? 'processor' : 'processors'}`;
}

function sizeHint(name: string, { memory, processors }: TargetSpec): string {
  return `with the machine powered off: VBoxManage modifyvm ${name} --memory ${String(memory)} --cpus ${String(processors)}, and take its snapshot again`;
}
