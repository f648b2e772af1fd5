import { isUp } from './vboxmanage/machine-info.js';
import type { VBoxMachine } from './vboxmanage/vboxmanage.js';

/** Bounds of the time between two questions, in milliseconds. */
const pauses = { least: 1000, most: 15_000 } as const;

/** Why nobody will answer any more. */
export type MachineEnd = 'ended' | 'paused';

/**
 * A signal that aborts, with a {@link MachineEnd}, when a machine is no longer up, or stands still, for whoever waits for its
 * guest. VirtualBox tells nobody, so it is asked, more and more rarely.
 */
export function machineEnd(machine: VBoxMachine): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const ask = (wait: number): void => {
    timer = setTimeout(() => {
      machine.info().then(
        (info) => {
          if (info === undefined || !isUp(info)) controller.abort('ended' satisfies MachineEnd);
          else if (info.state === 'paused') controller.abort('paused' satisfies MachineEnd);
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
