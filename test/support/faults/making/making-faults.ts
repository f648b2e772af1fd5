import { setTimeout as sleep } from 'node:timers/promises';
import { stillMaking } from '../../workspaces/making-image.js';
import { outcomeOf } from '../../running-command.js';
import type { QuickBackend } from '../build/backend.js';
import { asNobody, diskHarms, endSignals, terminalClosed } from '../harms.js';
import type { MakingFault } from './making-fault.js';
import { nothingYet, makingPlaces, placesBetween } from './making-places.js';
import { makingProgramFaults } from './making-program-faults.js';
import type { MakingScene } from './making-scene.js';
import { canLimitMemory, MemoryGroup } from '../memory-group.js';

const signalFaults: readonly MakingFault[] = endSignals.map(({ signal, exitCode }) => ({
  name: signal,
  quick: signal === 'SIGTERM' ? ['asking the archive'] : signal === 'SIGKILL' ? ['writing the record'] : [],
  exitCodes: () => [exitCode],
  inject: (_, making) => {
    making?.kill(signal);
  },
}));

const terminal: MakingFault = { ...terminalClosed, exitCodes: () => [null] };

const heal = ({ disk }: MakingScene): void => {
  disk.heal();
};

/** Where all that is still to be written is small, and may find the room that something else has just left. */
const late: readonly string[] = ['writing the record'];

const diskFaults: readonly MakingFault[] = [false, true].flatMap((onDisk) =>
  Object.entries(diskHarms).map(([name, harm]): MakingFault => ({
    name: `${name}${onDisk ? ', on which the image grows' : ''}`,
    leaves: harm === diskHarms['a disk that fails and becomes read-only'],
    ...(onDisk ? { onDisk } : { quick: harm === diskHarms['a full disk'] ? ['packing'] : [] }),
    places: (backend) => [nothingYet, ...makingPlaces[backend].keys()],
    exitCodes: (place) => (place === nothingYet ? [1, 2] : late.includes(place) ? [0, 1, 2] : [1, 2]),
    inject: ({ disk }) => {
      harm(disk);
    },
    heal,
  })),
);

/** The kernel kills something of it. */
function shortMemory(): MakingFault {
  let group: MemoryGroup | undefined;
  return {
    name: 'memory that is short',
    exitCodes: () => [null, 1],
    inject: () => {
      group = new MemoryGroup();
      group.squeeze(stillMaking().map(Number), 1 << 20);
    },
    heal: async () => {
      await group?.over();
    },
  };
}

const secondCommands: readonly MakingFault[] = [
  {
    name: 'a second make-base-vm for the same image',
    inOneRun: true,
    // Nothing is made in the folder, a lock neither, before it is known that there is something to make.
    places: (backend) =>
      [...makingPlaces[backend].keys()].filter((place) => place !== 'reading the settings'),
    quick: ['installing'],
    inject: async (scene) => {
      const { exitCode, stderr } = await outcomeOf(scene.start());
      const refusal =
        /^make-base-vm: "[^"]*" is being made by "make-base-vm" of \S+ \(process \d+, since .*\nhint: /;
      if (exitCode !== 2 || !refusal.test(stderr)) throw new Error(`${String(exitCode)}: ${stderr}`);
    },
  },
  {
    name: 'a make-base-vm of another user in the same folder',
    inOneRun: true,
    inject: async (scene) => {
      const { exitCode, stderr } = await outcomeOf(scene.start({ as: asNobody }));
      if (exitCode !== 2 || !/^make-base-vm: .*\nhint: .*\n$/.test(stderr)) {
        throw new Error(`${String(exitCode)}: ${stderr}`);
      }
    },
  },
];

/** Where the network is still needed. */
const online = (backend: QuickBackend): string[] =>
  placesBetween(
    backend,
    'reading the settings',
    backend === 'kvm' ? 'fetching the kernel' : 'installing the rest',
  );

interface NetworkFault {
  readonly inject: (scene: MakingScene) => Promise<void> | void;
  readonly heal: (scene: MakingScene) => Promise<void> | void;
}

const names = (how: 'fail' | 'gone' | 'silent'): NetworkFault => ({
  inject: async ({ network }) => network.names(how),
  heal: async ({ network }) => network.names('answer'),
});

const web = (how: 'gone' | 'break' | 'silent'): NetworkFault => ({
  inject: async ({ network }) => network.web(how),
  heal: async ({ network }) => network.web('answer'),
});

const networkFaults: readonly MakingFault[] = Object.entries({
  'the network lost': {
    inject: ({ network }: MakingScene) => {
      network.uplink(false);
    },
    heal: ({ network }: MakingScene) => {
      network.uplink(true);
    },
  },
  'a name server that fails': names('fail'),
  'the name server gone': names('gone'),
  'a silent name server': names('silent'),
  'the archive gone': web('gone'),
  'an archive that breaks off': web('break'),
  'a silent archive': web('silent'),
}).map(([name, fault]) => ({
  name,
  quick: name === 'the archive gone' ? ['downloading'] : [],
  exitCodes: (place, backend) => (online(backend).includes(place) ? [1] : [0]),
  ...fault,
}));

const lostAndBack: MakingFault = {
  name: 'the network lost and back',
  places: online,
  exitCodes: () => [0, 1],
  inject: (scene) => {
    scene.network.uplink(false);
    void sleep(3000).then(() => {
      scene.network.uplink(true);
    });
  },
  heal: ({ network }) => {
    network.uplink(true);
  },
};

/** Before all of what they change was read. */
const reading: readonly string[] = ['asking the archive', 'installing', 'fetching the indexes'];

const publish = ({ suite }: MakingScene): void => {
  suite.publish();
};

const archiveFaults: readonly MakingFault[] = [
  {
    name: 'an archive in mid-update',
    places: () => reading,
    quick: ['fetching the indexes'],
    says: /^make-base-vm: the archive's indexes don't fit together: /m,
    inject: ({ suite }) => {
      suite.writeIndex('Package: other\n');
    },
    heal: publish,
  },
  {
    name: 'an archive that has moved on',
    places: (backend) => placesBetween(backend, 'asking the archive', 'downloading'),
    exitCodes: () => [0],
    inject: ({ suite }) => {
      suite.publish('Sun, 01 Mar 2020 12:00:00 UTC');
    },
    heal: publish,
  },
  {
    name: 'an archive whose packages are gone',
    places: (backend) => placesBetween(backend, 'asking the archive', 'downloading'),
    inject: ({ suite }) => {
      suite.hidePackages();
    },
    heal: ({ suite }) => {
      suite.showPackages();
    },
  },
  {
    name: 'a clock that is years back',
    places: () => reading,
    says: /^make-base-vm: the archive's index is too old or too new /m,
    inject: ({ suite }) => {
      suite.publish('Sat, 01 Mar 2070 12:00:00 UTC');
    },
    heal: publish,
  },
];

/** Everything that is tried on a make-base-vm. */
export const makingFaults: readonly MakingFault[] = [
  ...signalFaults,
  terminal,
  ...diskFaults,
  ...secondCommands,
  ...makingProgramFaults,
  ...(canLimitMemory() ? [shortMemory()] : []),
  ...networkFaults,
  lostAndBack,
  ...archiveFaults,
];
