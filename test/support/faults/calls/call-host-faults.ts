import { processesThat } from '../../processes.js';
import { until } from '../../until.js';
import { canLimitMemory, MemoryGroup } from '../memory-group.js';
import type { CallScene } from './call-scene.js';
import { PreviousBoot } from '../previous-boot.js';
import type { SceneFault } from '../scene-fault.js';

const terminal: SceneFault = {
  name: 'its terminal closed',
  exitCodes: [129],
  quick: true,
  onTerminal: true,
  inject: (_, script) => script.kill('SIGKILL'),
};

/** The kernel kills the command, or a program that it has started. */
function shortMemory(): SceneFault {
  let group: MemoryGroup | undefined;
  return {
    name: 'memory that is short',
    exitCodes: [null, 1],
    quick: false,
    inject: (_, { pid = 0 }) => {
      group = new MemoryGroup();
      group.squeeze([pid], 1 << 20);
      return true;
    },
    heal: async () => {
      await group?.letGo();
      group = undefined;
    },
  };
}

const year = 365 * 86_400_000;

const clockFaults: readonly SceneFault[] = [year, -year].map((milliseconds) => ({
  name: `the clock jumping a year ${milliseconds > 0 ? 'ahead' : 'back'}`,
  exitCodes: [],
  quick: false,
  inject: (_, __, { pause }) => {
    pause.jump(milliseconds);
    return true;
  },
}));

/** A machine that is switched off, and on again. */
export const restart = ({ state, gone }: Restarted): SceneFault => {
  let boot: PreviousBoot | undefined;
  return {
    name: 'a restart of the host',
    exitCodes: [null],
    quick: true,
    inject: (_, command, { scene }) => {
      boot = state(scene);
      return command.kill('SIGKILL');
    },
    heal: async (scene) => {
      // A command that ended before has a target that lives.
      if (boot === undefined) return;
      await gone(scene);
      boot.restore();
      boot = undefined;
    },
  };
};

/** What a restart is of. */
export interface Restarted {
  readonly state: (scene: CallScene) => PreviousBoot;
  /** Ends what lives, and waits until nothing does. */
  readonly gone: (scene: CallScene) => Promise<void>;
}

/** Of a command that does everything itself, but for programs that it starts in the end. */
export const ofFolder: Restarted = {
  state: ({ folder }) => PreviousBoot.of(folder),
  gone: async ({ folder }) => {
    await until(
      () => processesThat((words) => words.includes(folder)),
      (left) => left.length === 0,
    );
  },
};

/** What a user or the host does to a command. */
export const callHostFaults: readonly SceneFault[] = [
  terminal,
  ...(canLimitMemory() ? [shortMemory()] : []),
  ...clockFaults,
];
