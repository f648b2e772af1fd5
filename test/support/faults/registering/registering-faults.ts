import type { ChildProcess } from 'node:child_process';
import { stillMaking } from '../../workspaces/making-image.js';
import { outcomeOf } from '../../running-command.js';
import { asNobody, diskHarms, endSignals, terminalClosed } from '../harms.js';
import { canLimitMemory, MemoryGroup } from '../memory-group.js';
import { beforeImage, onceBooted, placesBut, registeringPlaces, whileUp } from './registering-places.js';
import type { RegisteringScene } from './registering-scene.js';

/** Something that happens to a make-base-vm that registers a machine, or to what it stands on. */
export interface RegisteringFault {
  readonly name: string;
  /** The places in which it can come about; all of them by default. */
  readonly places?: readonly string[];
  /** The exit codes that it may end with there: by default 1. Null is for one that is killed. */
  readonly exitCodes?: (place: string) => readonly (number | null)[];
  readonly onTerminal?: true;
  /** Whether the machine can't be taken away any more where it happens: then the next one does that. */
  readonly leaves?: true;
  readonly inject: (scene: RegisteringScene, making: ChildProcess) => Promise<void> | void;
  /** What is done once it has ended. */
  readonly heal?: (scene: RegisteringScene) => Promise<void> | void;
}

const all = [...registeringPlaces.keys()];

const signalFaults: readonly RegisteringFault[] = endSignals.map(({ signal, exitCode }) => ({
  name: signal,
  exitCodes: () => [exitCode],
  inject: (_, making) => {
    making.kill(signal);
  },
}));

const terminal: RegisteringFault = {
  ...terminalClosed,
  exitCodes: () => [null],
};

const failing = diskHarms['a disk that fails and becomes read-only'];

/** A disk with the workspace: what is still to be written there may find no room, or need none. */
const diskFaults: readonly RegisteringFault[] = Object.entries(diskHarms).map(([name, harm]) => ({
  name: `${name} under the workspace`,
  ...(harm === failing ? { leaves: true as const } : {}),
  exitCodes: (place) => (beforeImage.includes(place) ? [1, 2] : [0, 1, 2]),
  inject: ({ disk }) => {
    harm(disk);
  },
  heal: ({ disk }) => {
    disk.heal();
  },
}));

/** VirtualBox can't save its settings then, not even that a machine is gone. */
const machineDiskFaults: readonly RegisteringFault[] = Object.entries(diskHarms).map(([name, harm]) => ({
  name: `${name} under VirtualBox's machines`,
  leaves: true,
  // The stand-in can't end a machine that it can't note anything of; what VirtualBox does nobody has seen.
  places: placesBut(harm === failing ? [...beforeImage, ...onceBooted] : beforeImage),
  exitCodes: (place) => (place === 'switching it off' ? [0, 1] : [1]),
  inject: ({ machines }) => {
    harm(machines);
  },
  heal: ({ machines }) => {
    machines.heal();
  },
}));

const programFaults: readonly RegisteringFault[] = [
  {
    name: 'VBoxManage missing',
    leaves: true,
    exitCodes: (place) => (beforeImage.includes(place) ? [1, 2] : [1, 2]),
    inject: (scene) => {
      scene.hideVBoxManage();
    },
    heal: (scene) => {
      scene.showVBoxManage();
    },
  },
  {
    name: 'VBoxManage of another version',
    leaves: true,
    exitCodes: () => [1, 2],
    inject: (scene) => {
      scene.replaceVBoxManage();
    },
    heal: (scene) => {
      scene.showVBoxManage();
    },
  },
];

const machineKilled: RegisteringFault = {
  name: "the machine's process killed",
  places: whileUp,
  inject: (scene) => {
    if (!scene.killMachine()) throw new Error('there is no machine');
  },
};

/** The kernel kills something of it. */
function shortMemory(): RegisteringFault {
  let group: MemoryGroup | undefined;
  return {
    name: 'memory that is short',
    leaves: true,
    exitCodes: () => [null, 0, 1],
    inject: () => {
      group = new MemoryGroup();
      group.squeeze(stillMaking().map(Number), 1 << 20);
    },
    heal: async () => {
      await group?.letGo();
    },
  };
}

const refused = async (other: ChildProcess, sentence: RegExp): Promise<void> => {
  const { exitCode, stderr } = await outcomeOf(other);
  if (exitCode !== 2 || !sentence.test(stderr)) throw new Error(`${String(exitCode)}: ${stderr}`);
};

const secondCommands: readonly RegisteringFault[] = [
  {
    name: 'a second make-base-vm for the same image',
    places: ['entering the machine', 'booting'],
    exitCodes: () => [0],
    inject: async (scene) =>
      refused(scene.start(), /^make-base-vm: "[^"]*" is being made by "make-base-vm"[^\n]*\nhint: /),
  },
  {
    name: 'a make-base-vm of another workspace for the same machine',
    places: ['giving it its hardware', 'booting'],
    exitCodes: () => [0],
    inject: async (scene) =>
      refused(
        scene.start({ path: scene.otherWorkspace() }),
        /^make-base-vm: VirtualBox has a machine "[^\n]*\nhint: /,
      ),
  },
  {
    name: 'a make-base-vm of another user in the same folder',
    places: ['entering the machine', 'booting'],
    exitCodes: () => [0],
    inject: async (scene) => refused(scene.start({ as: asNobody }), /^make-base-vm: [^\n]*\nhint: [^\n]*\n$/),
  },
];

/** Everything that is tried on the registration of a machine. */
export const registeringFaults: readonly RegisteringFault[] = [
  ...signalFaults,
  terminal,
  ...diskFaults,
  ...machineDiskFaults,
  ...programFaults,
  machineKilled,
  ...(canLimitMemory() ? [shortMemory()] : []),
  ...secondCommands,
].map((fault) => ({ places: all, ...fault }));
