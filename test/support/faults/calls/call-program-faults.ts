import type { Replacement } from '../replaced-program.js';
import type { SceneFault } from '../scene-fault.js';

const starts = /^spawn(?:Sync)? (?<name>[^/]+)$/;

const ways = [
  { by: 'nothing', words: 'missing' },
  { by: 'another version', words: 'of another version' },
] as const;

/** The program that a command is about to start is gone, or is one of that name that knows no option. */
export const callProgramFaults: readonly SceneFault[] = ways.map(({ by, words }) => ({
  name: `a program that is ${words}`,
  exitCodes: [1, 2],
  quick: by === 'nothing',
  fits: (call) => starts.test(call),
  inject: (_, __, { scene, call }) => scene.programs.replace(starts.exec(call)?.groups?.['name'] ?? '', by),
}));

/** Takes a program away, or puts another in its place, and gives it back. */
interface ReplacesPrograms {
  readonly replaceProgram: (name: string, by: Replacement) => boolean;
  readonly restoreProgram: () => void;
}

/** The same of programs that are started by those that the command starts: they can be missed where it starts one. */
export function programFaultsOf(names: readonly string[], world: () => ReplacesPrograms): SceneFault[] {
  return names.flatMap((name) =>
    ways.map(({ by, words }) => ({
      name: `${name} ${words}`,
      exitCodes: [1, 2],
      quick: false,
      fits: (call) => starts.test(call),
      inject: () => world().replaceProgram(name, by),
      heal: () => {
        world().restoreProgram();
      },
    })),
  );
}
