import type { FaultyBackend } from './backend.js';
import type { Place } from '../calls/pause.js';

/** The steps of the scene's build, as gbuild announces them, of all backends. */
export const buildSteps = [
  'Fetching inputs',
  'Stopping target if it is up',
  'Looking for a layer',
  'Making a new image copy',
  'Starting target',
  'Adding multiarch support',
  'Adding repositories to the sources list',
  'Updating apt-get repository',
  'Installing additional packages',
  'Installing additional packages from repository own',
  'Setting alternatives',
  'Upgrading system',
  'Creating package manifest',
  'Sealing the packages',
  'Starting target again',
  'Preparing build environment',
  'Creating build script',
  'Running build script',
  'Grabbing results from target',
  'Stopping target',
  'Generating report',
] as const;

/** One of them. */
export type BuildStep = (typeof buildSteps)[number];

/** The steps of one backend's build: VirtualBox keeps no layers, and its build installs nothing. */
export function stepsOf(backend: FaultyBackend): readonly BuildStep[] {
  if (backend !== 'vbox') return buildSteps;
  return buildSteps.filter(
    (step) => !/^(?:Looking for a layer|Adding|Installing|Setting|Sealing|Starting target again)/.test(step),
  );
}

/** Whether a step comes too when the packages are those of a layer, and once only. */
export function comesWithLayer(step: BuildStep): boolean {
  return buildSteps.indexOf(step) > buildSteps.indexOf('Starting target again');
}

/** The titles of steps, as a build that isn't on a terminal says them. */
export function stepsSaid(stderr: string): string[] {
  const titles = stderr
    .split('\n')
    .flatMap((line) => /^(.+?):?(?: \([^)]*\))? \d+\.\d s$/.exec(line)?.[1] ?? []);
  return titles.map((title, index) => (titles.indexOf(title) < index ? `${title} again` : title));
}

/** Where a build is held in a step: a title that is said twice is another step the second time. */
export function placeOf(step: BuildStep): Place {
  const title = step.replace(/ again$/, '');
  return { step: title, time: title === step ? 1 : 2 };
}
