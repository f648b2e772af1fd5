import { setTimeout as pause } from 'node:timers/promises';
import { upTo, type BuildFault } from '../build/build-fault.js';
import type { BuildScene } from '../build/build-scene.js';
import type { BuildStep } from '../build/build-steps.js';

/** Up to where packages are fetched. */
const provisioning = upTo('Installing additional packages from repository own');

/** What notices a network that doesn't work: first the inputs, then the package lists, then the packages. */
function offline(fetching: RegExp, installing: RegExp): BuildFault['strike'] {
  return (step) => {
    if (step === 'Fetching inputs') return { exitCodes: [2], says: fetching };
    if (!provisioning.includes(step)) return undefined;
    return { exitCodes: [1], says: installing, log: 'var/install.log' };
  };
}

const aptFails =
  /^gbuild: "(?:Updating|Installing)[^"]*" failed: the archive "archive\.test" can't give "[^"]*": .+\n(?:.*\n)*hint: /m;
const fetchFails = (reason: string): RegExp =>
  new RegExp(`^gbuild: "hello" can't be fetched from "[^"]*": ${reason}\nhint: `, 'm');

const noName = offline(fetchFails('the host "archive\\.test" is not known'), aptFails);

/** Who still has a connection to the archive needs no name any more. */
const noNameServer: BuildFault['strike'] = (step) =>
  step.startsWith('Installing additional packages') ? 'either' : noName(step);

/** While the network is used, and some steps in which it is not any more. */
const steps: readonly BuildStep[] = [
  ...provisioning,
  'Sealing the packages',
  'Running build script',
  'Generating report',
];

const uplink =
  (up: boolean) =>
  ({ network }: BuildScene): void => {
    network.uplink(up);
  };

const faults: readonly BuildFault[] = [
  {
    name: 'the network lost',
    steps,
    quick: [],
    moment: 'held',
    strike: noName,
    inject: uplink(false),
    heal: uplink(true),
  },
  {
    name: 'the network lost and back',
    steps,
    quick: [],
    moment: 'going on',
    // Who asks just then may hear that there is none, or ask again.
    strike: () => 'either',
    inject: async ({ network }) => {
      network.uplink(false);
      await pause(1000);
      network.uplink(true);
    },
    heal: uplink(true),
  },
  {
    name: 'a name server that fails',
    steps,
    quick: [],
    moment: 'held',
    strike: noNameServer,
    inject: async ({ network }) => network.names('fail'),
    heal: async ({ network }) => network.names('answer'),
  },
  {
    name: 'the name server gone',
    steps,
    quick: [],
    moment: 'held',
    strike: noNameServer,
    inject: async ({ network }) => network.names('gone'),
    heal: async ({ network }) => network.names('answer'),
  },
  {
    name: 'a silent name server',
    steps,
    quick: [],
    moment: 'held',
    strike: noNameServer,
    inject: async ({ network }) => network.names('silent'),
    heal: async ({ network }) => network.names('answer'),
  },
  {
    name: 'the archive gone',
    steps,
    quick: ['Fetching inputs'],
    moment: 'held',
    strike: offline(fetchFails('the server refuses the connection, or there is none'), aptFails),
    inject: async ({ network }) => network.web('gone'),
    heal: async ({ network }) => network.web('answer'),
  },
  {
    name: 'an archive that breaks off',
    steps,
    quick: [],
    moment: 'held',
    strike: offline(fetchFails('.*'), aptFails),
    inject: async ({ network }) => network.web('break'),
    heal: async ({ network }) => network.web('answer'),
  },
  {
    name: 'a silent archive',
    // What git makes of one takes two minutes to see, and is another test's: see build/git/interruptions.test.ts.
    steps: steps.filter((step) => step !== 'Fetching inputs'),
    quick: [],
    moment: 'held',
    strike: offline(fetchFails('.*'), aptFails),
    inject: async ({ network }) => network.web('silent'),
    heal: async ({ network }) => network.web('answer'),
  },
];

/** A step that needs an archive fails, and the build goes on unharmed after that. */
function inconsistent(fails: (step: BuildStep) => boolean, says: RegExp): BuildFault['strike'] {
  return (step) => (fails(step) ? { exitCodes: [1], says, log: 'var/install.log' } : undefined);
}

const movingOn: readonly BuildFault[] = [
  {
    name: 'an archive that moves on',
    steps,
    quick: ['Installing additional packages'],
    moment: 'held',
    // The lists are there, and the packages that they name no more.
    strike: inconsistent(
      (step) => step.startsWith('Installing additional packages'),
      /^gbuild: "Installing[^"]*" failed: the archive "archive\.test" doesn't give "gitian-[^"]*": .+\n(?:.*\n)*hint: it is just being changed/m,
    ),
    inject: ({ archive }) => {
      archive.moveOn();
    },
  },
  {
    name: 'an archive in mid-update',
    steps,
    quick: [],
    moment: 'held',
    strike: inconsistent(
      (step) => provisioning.includes(step),
      /^gbuild: "(?:Updating|Installing)[^"]*" failed: the archive(?:'s indexes don't fit| ".*" doesn't give) .+\n(?:.*\n)*hint: (?:try again|it is just)/m,
    ),
    inject: ({ archive }) => {
      archive.beginToMoveOn();
    },
    heal: ({ archive }) => {
      archive.finish();
    },
  },
];

/** What becomes of the network that inputs and packages come from. */
export const networkFaults: readonly BuildFault[] = [...faults, ...movingOn].map((fault) => ({
  ...fault,
  // VirtualBox's build installs nothing.
  backends: ['lxc', 'kvm'],
}));
