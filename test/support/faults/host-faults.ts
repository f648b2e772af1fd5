import { existsSync, readdirSync } from 'node:fs';
import { until } from '../until.js';
import { between, unharmed, type BuildFault, type Strike } from './build/build-fault.js';
import type { BuildScene } from './build/build-scene.js';
import { buildSteps, type BuildStep } from './build/build-steps.js';
import { diskHarms, endSignals, terminalClosed } from './harms.js';
import { canLimitMemory, MemoryGroup } from './memory-group.js';
import { PreviousBoot } from './previous-boot.js';
import { programFaults } from './program-faults.js';
import { secondCommands } from './second-commands.js';
import type { Vital } from './up-target.js';

/** The steps at whose beginning there is a target. */
const up = between('Adding multiarch support', 'Grabbing results from target').filter(
  (step) => step !== 'Starting target again',
);

/** Those that begin by ending what runs in it. */
const endIt: readonly BuildStep[] = ['Sealing the packages', 'Grabbing results from target'];

/** Parts that a target doesn't outlive. */
const vitals: readonly (Pick<BuildFault, 'name' | 'backends' | 'quick'> & { readonly what: Vital })[] = [
  { name: 'init killed', what: 'init', backends: ['lxc'], quick: ['Preparing build environment'] },
  { name: 'QEMU killed', what: 'init', backends: ['kvm', 'vbox'], quick: [] },
  {
    name: 'slirp4netns killed',
    what: 'slirp4netns',
    backends: ['lxc', 'kvm'],
    quick: ['Running build script'],
  },
  { name: 'session killed', what: 'session', backends: ['lxc'], quick: [] },
];

/** What takes the target away. Where the build wants no more of it than its files, it may go on with those. */
const targetFaults: readonly BuildFault[] = vitals.map(({ what, ...fault }) => ({
  ...fault,
  steps: up,
  moment: 'held',
  strike: (step) =>
    endIt.includes(step)
      ? 'either'
      : {
          exitCodes: [1],
          says: /^gbuild: the target "bookworm-amd64" is gone: its .* ended(?: without a word)?\nhint: /m,
          log: 'var/target.log',
        },
  inject: async (scene) => {
    // A script of an instant could end before the news of its network comes.
    const session = what === 'slirp4netns' ? scene.state().process.pid : undefined;
    scene.kill(what);
    if (session === undefined) return;
    await until(
      () => existsSync(`/proc/${String(session)}`),
      (lives) => !lives,
    );
  },
}));

const noRoom: Strike = { exitCodes: [1], says: /^gbuild: (?!this is a bug).*\n(?:.*\n)*hint: .*room/m };
const heal = ({ disk }: BuildScene): void => {
  disk.heal();
};

/** Files that are only moved need no room, and something small may find room that something else has just left. */
const maySucceed: readonly BuildStep[] = [
  'Grabbing results from target',
  'Stopping target',
  'Generating report',
];

const roomFaults: readonly BuildFault[] = (['a full disk', 'a disk without room for files'] as const).map(
  (name) => ({
    name,
    steps: buildSteps,
    quick: name === 'a full disk' ? ['Running build script'] : [],
    moment: 'held',
    strike: (step) => (maySucceed.includes(step) ? 'either' : noRoom),
    inject: ({ disk }) => {
      diskHarms[name](disk);
    },
    heal,
  }),
);

const failedDisk: BuildFault = {
  name: 'a disk that fails and becomes read-only',
  steps: buildSteps,
  quick: ['Preparing build environment'],
  moment: 'held',
  strike: () => ({ exitCodes: [1, 2], says: /^gbuild: (?!this is a bug).*\n(?:.*\n)*hint: /m }),
  inject: ({ disk }) => {
    diskHarms['a disk that fails and becomes read-only'](disk);
  },
  heal,
};

const year = 365 * 86_400_000;

/** From a year ahead to a year back and the other way round: in two builds both of them in every step. */
const clockFaults: readonly BuildFault[] = (['ahead', 'back'] as const).map((first) => ({
  ...unharmed,
  name: `the clock jumping, first a year ${first}`,
  inOneBuild: true,
  inject: (_, __, { pause, step }) => {
    const isFirst = buildSteps.indexOf(step) % 2 === 0;
    pause.jump(isFirst === (first === 'ahead') ? year : -year);
  },
}));

/** A machine that is switched off in mid-build, and on again. */
function restart(): BuildFault {
  let boot: PreviousBoot | undefined;
  return {
    name: 'a restart of the host',
    steps: buildSteps,
    quick: ['Creating build script'],
    moment: 'held',
    strike: () => ({ exitCodes: [null], says: /^/ }),
    inject: ({ workspace: { path } }, build) => {
      boot = PreviousBoot.of(
        path,
        readdirSync(path).filter((name) => /^\.|^var$/.test(name)),
      );
      build.kill('SIGKILL');
    },
    heal: async (scene) => {
      await until(
        async () => scene.remains(),
        (remains) => remains.length === 0,
        60_000,
      );
      boot?.restore();
    },
  };
}

/** Those that every run of the tests tries. */
const quickSignals: Readonly<Record<(typeof endSignals)[number]['signal'], readonly BuildStep[]>> = {
  SIGINT: ['Preparing build environment'],
  SIGTERM: ['Running build script'],
  SIGKILL: ['Sealing the packages'],
  SIGHUP: [],
};

const signalFaults: readonly BuildFault[] = endSignals.map(({ signal, exitCode }) => ({
  name: signal,
  steps: buildSteps,
  quick: quickSignals[signal],
  moment: 'going on',
  strike: () => ({
    exitCodes: [exitCode],
    says: exitCode === null ? /^/ : new RegExp(`^gbuild: interrupted by ${signal}\\n$`, 'm'),
  }),
  inject: (_, build) => {
    build.kill(signal);
  },
}));

const terminal: BuildFault = {
  ...terminalClosed,
  steps: buildSteps,
  quick: ['Fetching inputs'],
  moment: 'held',
  strike: () => ({ exitCodes: [null], says: /^/ }),
};

/** The kernel kills the build, or a program that it has started. */
function shortMemory(): BuildFault {
  let group: MemoryGroup | undefined;
  return {
    name: 'memory that is short',
    steps: buildSteps,
    quick: [],
    moment: 'held',
    takesKeeper: true,
    strike: () => ({ exitCodes: [null, 1], says: /^(?![^]*this is a bug)/ }),
    inject: (_, build) => {
      group = new MemoryGroup();
      group.squeeze([build.pid ?? 0], 1 << 20);
    },
    heal: async () => {
      await group?.over();
    },
  };
}

/** What a user or the host does to a build. */
export const hostFaults: readonly BuildFault[] = [
  ...signalFaults,
  terminal,
  ...targetFaults,
  ...roomFaults,
  failedDisk,
  ...programFaults,
  ...secondCommands,
  restart(),
  ...(canLimitMemory() ? [shortMemory()] : []),
  ...clockFaults,
];
