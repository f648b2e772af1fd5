import { isReadOnly } from '../../core/files/full-disk.js';
import { isUp, type MachineInfo } from './vboxmanage/machine-info.js';
import type { VBoxMachine } from './vboxmanage/vboxmanage.js';

/** Bounds of the time between two questions, in milliseconds. */
const pauses = { least: 1000, most: 15_000 } as const;

/** Why nobody will answer any more. */
export type MachineEnd = 'ended' | 'paused' | 'read-only';

/**
 * A signal that aborts, with a {@link MachineEnd}, when a machine is no longer up, stands still, or can't write to its disk
 * any more, for whoever waits for its guest. VirtualBox tells nobody, so it is asked, more and more rarely.
 */
export function machineEnd(machine: VBoxMachine): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const ask = (wait: number): void => {
    timer = setTimeout(() => {
      machine
        .info()
        .then(endOf)
        .then(
          (end) => {
            if (end !== undefined) controller.abort(end);
            else if (timer !== undefined) ask(Math.min(pauses.most, wait * 1.5));
          },
          // Whoever needs the machine next is told why.
          () => undefined,
        );
    }, wait);
  };
  ask(pauses.least);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

/** VirtualBox hands all but a lack of room on to the guest as errors of its disk, and a guest may then stand still for ever. */
async function endOf(info: MachineInfo | undefined): Promise<MachineEnd | undefined> {
  if (info === undefined || !isUp(info)) return 'ended';
  if (info.state === 'paused') return 'paused';
  return info.logs !== undefined && (await isReadOnly(info.logs)) ? 'read-only' : undefined;
}
