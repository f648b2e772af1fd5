import { failure } from '../../core/errors/gitian-error.js';
import type { LogWriter } from '../../core/words/log-writer.js';
import { quoteWords } from '../../core/processes/shell-quote.js';
import type { StartedTarget } from '../../target/target.js';
import { explainProblems, explainRefusal, isFatal } from '../archives/explain-problems.js';
import type { GuestArchives } from '../archives/guest-archives.js';
import { diagnose, type Diagnosis } from './log-diagnosis.js';
import { provisioningEnvironment, type RootCommand, type GuestStep } from './provisioning.js';

/** Where the commands of a step run, and what they need. */
export interface StepPlace {
  readonly target: StartedTarget;
  readonly archives: GuestArchives;
  readonly log: LogWriter;
}

/** Runs the commands of a step as root, into the log; the first that fails ends it with `provisioning-failed`. */
export async function runGuestStep(step: GuestStep, place: StepPlace): Promise<void> {
  for (const command of step.commands) {
    const diagnosis = await runChecked(command, place);
    if (diagnosis === undefined) continue;
    const { log } = place;
    const { reason, hint } = diagnosis;
    const lines = log.lastLines(10);
    throw failure('provisioning-failed', { step: step.title, reason, hint }, { log: log.path, lines });
  }
}

/** Runs a command; says why it failed. One that got wrong files of an archive is run once more with those fetched anew. */
async function runChecked(
  command: RootCommand,
  { target, archives, log }: StepPlace,
): Promise<Diagnosis | undefined> {
  for (let again = false; ; again = true) {
    const exitCode = await runLogged(target, command, log);
    const problems = command.usesArchives === true ? archives.newProblems() : [];
    if (exitCode === 0 && !problems.some(isFatal)) return undefined;
    const lines = log.lastLines(40);
    const words = lines.join('\n');
    if (command.usesArchives === true && (await archives.forgetWrong(words)) && !again) {
      log.note('the archive sent something wrong: trying again');
      continue;
    }
    const outcome = `${command.argv[0] ?? ''} exited with ${String(exitCode)}`;
    return explainProblems(problems) ?? explainRefusal(problems, words) ?? diagnose(lines, outcome);
  }
}

async function runLogged(
  target: StartedTarget,
  { argv, stdin }: RootCommand,
  log: LogWriter,
): Promise<number> {
  log.note(`+ ${quoteWords(argv)}`);
  const { exitCode } = await target.run(mergedOutput(argv), {
    user: 'root',
    env: provisioningEnvironment,
    check: false,
    stdout: log,
    // What packages start when they are installed may stay.
    leavesDaemons: true,
    ...(stdin === undefined ? {} : { stdin: Buffer.from(stdin) }),
  });
  return exitCode;
}

/** Makes a command write its errors where its output goes, in the order in which they come. */
export function mergedOutput(argv: readonly string[]): string[] {
  return ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv];
}
