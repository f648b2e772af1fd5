import type { Outcome } from '../../commands.js';
import type { CallScene, CommandLine } from './call-scene.js';
import type { SceneFault } from '../scene-fault.js';

const theSame = 'the same command beside it';

const besides = (
  name: string,
  commands: (scene: CallScene) => readonly CommandLine[],
  as: 'same' | 'nobody',
): SceneFault => ({
  name,
  // It finds its work done, or somebody else at it.
  exitCodes: [1, 2],
  quick: name === theSame,
  inject: async (_, __, { scene }) => {
    for (const line of commands(scene)) demandAnswer(line, await scene.runBeside(line, as));
    return commands(scene).length > 0;
  },
});

/** Commands that are given while another works in the same place, and run to their end while it stands still. */
export const callSecondCommands: readonly SceneFault[] = [
  besides(theSame, ({ subject }) => [subject], 'same'),
  besides('other commands beside it', ({ subject }) => subject.others ?? [], 'same'),
  besides(
    'commands of another user beside it',
    ({ subject }) => [subject, ...(subject.others ?? [])],
    'nobody',
  ),
];

/** The second one does what it is told, or says in a sentence why it can't. */
function demandAnswer({ command }: CommandLine, { exitCode, stderr }: Outcome): void {
  const sentences = stderr.split('\n').filter((line) => /^[a-z-]+: (?!warning: )/.test(line));
  const own = sentences.filter((line) => line.startsWith(`${command}: `) && !line.includes('this is a bug'));
  const isRefused = (exitCode === 1 || exitCode === 2) && own.length === 1 && /^hint: /m.test(stderr);
  // Between two renames of gsign's there is no assertion.
  const isAnswered = command === 'gverify' && exitCode === 1 && stderr.startsWith('not verified: ');
  if (exitCode !== 0 && !isRefused && !isAnswered)
    throw new Error(`${command}: ${String(exitCode)}: ${stderr}`);
}
