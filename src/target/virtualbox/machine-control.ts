import { removeState } from '../state.js';
import type { MachineControl } from '../ssh/machine-target.js';
import type { Workspace } from '../../core/workspace.js';
import type { Keeper } from './keeper.js';
import { stopMachine } from './stop-machine.js';
import type { VBoxMachine } from './vboxmanage/vboxmanage.js';

/** What ends a machine that is up, and knows why it did. Without a keeper it was started by another process. */
export function machineControl(
  machine: VBoxMachine,
  workspace: Workspace,
  keeper: Keeper | undefined,
): MachineControl {
  return {
    stop: async () => {
      await stopMachine(machine, keeper);
      await removeState(workspace);
    },
    detach: async () => {
      await keeper?.release();
    },
    lost: async () => {
      const info = await machine.info();
      return info === undefined ? 'VirtualBox has lost it' : stateWords[info.state];
    },
  };
}

/** Why a machine in one of VirtualBox's states is gone; in all others ssh knows better. */
const stateWords: Readonly<Record<string, string>> = {
  poweroff: 'it was powered off',
  saved: 'its state was saved by another program',
  aborted: 'its process ended without a word',
  'aborted-saved': 'its process ended without a word',
  gurumeditation: 'VirtualBox gave it up',
};
