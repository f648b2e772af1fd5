import { join } from 'node:path';
import { standInFolder } from '../virtualbox/environment.js';
import type { FaultyBackend } from './build/backend.js';
import { between, type BuildFault } from './build/build-fault.js';
import type { BuildStep } from './build/build-steps.js';
import type { Replacement } from './replaced-program.js';

const onceUp = between('Adding multiarch support', 'Grabbing results from target');
const starting: readonly BuildStep[] = ['Starting target', 'Starting target again'];

/** Programs of the host that a backend's builds start, and the steps in which their lack can show. */
export const programs: Readonly<Record<FaultyBackend, Readonly<Record<string, readonly BuildStep[]>>>> = {
  lxc: {
    git: ['Fetching inputs'],
    'lxc-start': starting,
    slirp4netns: starting,
    catatonit: starting,
    setpriv: starting,
    mount: starting,
    nsenter: [...starting, ...between('Adding multiarch support', 'Upgrading system')],
    flock: starting,
    'lxc-attach': onceUp,
  },
  kvm: {
    git: ['Fetching inputs'],
    'qemu-img': ['Making a new image copy', 'Sealing the packages'],
    'qemu-system-x86_64': ['Looking for a layer', 'Sealing the packages', ...starting],
    tar: ['Preparing build environment'],
    setpriv: ['Sealing the packages', ...starting],
    flock: ['Starting target again'],
    slirp4netns: starting,
    ip: starting,
  },
  vbox: {
    git: ['Fetching inputs'],
    VBoxManage: ['Making a new image copy', 'Starting target'],
    tar: ['Preparing build environment'],
  },
};

/** Where a program is. */
const placeOf = (program: string): string =>
  join(program === 'VBoxManage' ? standInFolder : '/usr/bin', program);

/** What a build can do without: then nothing is run in the target any more, or it is a guard against what won't happen. */
function isDispensable(backend: FaultyBackend, program: string, step: BuildStep): boolean {
  if (backend === 'lxc') return step === 'Grabbing results from target';
  return ['setpriv', 'flock', 'slirp4netns', 'ip'].includes(program);
}

const programFault = (backend: FaultyBackend, program: string, by: Replacement): BuildFault => ({
  name: `${program} ${by === 'nothing' ? 'missing' : 'of another version'}`,
  backends: [backend],
  steps: programs[backend][program] ?? [],
  quick: [],
  moment: 'held',
  strike: (step) =>
    isDispensable(backend, program, step)
      ? 'either'
      : { exitCodes: [1, 2], says: /^gbuild: (?!this is a bug).*\n(?:.*\n)*hint: /m },
  inject: ({ network }) => {
    network.replaceProgram(placeOf(program), by);
  },
  heal: ({ network }) => {
    network.restoreProgram(placeOf(program));
  },
});

/** A program of the host that goes in mid-build, or that knows no option any more. */
export const programFaults: readonly BuildFault[] = (['lxc', 'kvm', 'vbox'] as const).flatMap((backend) =>
  Object.keys(programs[backend]).flatMap((program) => [
    programFault(backend, program, 'nothing'),
    programFault(backend, program, 'another version'),
  ]),
);
