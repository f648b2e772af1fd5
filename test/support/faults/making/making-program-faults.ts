import type { QuickBackend } from '../build/backend.js';
import type { MakingFault } from './making-fault.js';
import { nothingYet, makingPlaces, makingPrograms } from './making-places.js';
import type { Replacement } from '../replaced-program.js';

/** Programs beyond those that are held, and where they are needed next. */
const further: Readonly<Record<string, string>> = {
  unshare: 'starting the work',
  cpio: 'fetching the kernel',
};

function placesOf(backend: QuickBackend, program: string): string[] {
  const held = [...makingPlaces[backend]].flatMap(([place, at]) => (at.program === program ? [place] : []));
  const next = further[program];
  return [...held, ...(next !== undefined && makingPlaces[backend].has(next) ? [next] : [])];
}

/** Where a backend's images can do without what is missing: it isn't said in the record. */
const dispensable: readonly string[] = ['reading the settings', 'writing the record'];

const programFault = (program: string, by: Replacement): MakingFault => ({
  name: `${program} ${by === 'nothing' ? 'missing' : 'of another version'}`,
  places: (backend) => {
    const places = placesOf(backend, program);
    return places.length === 0 ? [] : [nothingYet, ...places];
  },
  quick: program === 'tar' && by === 'nothing' ? [nothingYet] : [],
  exitCodes: (place) => (dispensable.includes(place) ? [0, 1, 2] : [1, 2]),
  inject: (scene) => {
    scene.replaceProgram(program, by);
  },
  heal: (scene) => {
    scene.restoreProgram(program);
  },
});

/** A program of the host that is missing, or that knows no option: from the beginning, and just when it is needed. */
export const makingProgramFaults: readonly MakingFault[] = [
  ...makingPrograms,
  ...Object.keys(further),
].flatMap((program) => [programFault(program, 'nothing'), programFault(program, 'another version')]);
