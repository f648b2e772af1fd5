import { failure } from '../core/errors/gitian-error.js';
import type { LogWriter } from '../core/log-writer.js';
import { quoteWords } from '../core/shell-quote.js';
import type { StartedTarget } from '../target/target.js';
import { diagnose } from './log-diagnosis.js';
import { provisioningEnvironment, type GuestCommand, type GuestStep } from './provisioning.js';

/** Runs the commands of a step as root, into the log; the first that fails ends it with `provisioning-failed`. */
export async function runGuestStep(target: StartedTarget, step: GuestStep, log: LogWriter): Promise<void> {
  for (const command of step.commands) {
    const exitCode = await runLogged(target, command, log);
    if (exitCode === 0) continue;
    const { reason, hint } = diagnose(
      log.lastLines(40),
      `${command.argv[0] ?? ''} exited with ${String(exitCode)}`,
    );
    throw failure(
      'provisioning-failed',
      { step: step.title, reason, hint },
      { log: log.path, lines: log.lastLines(10) },
    );
  }
}

async function runLogged(
  target: StartedTarget,
  { argv, stdin }: GuestCommand,
  log: LogWriter,
): Promise<number> {
  log.note(`+ ${quoteWords(argv)}`);
  const { exitCode } = await target.run(mergedOutput(argv), {
    user: 'root',
    env: provisioningEnvironment,
    check: false,
    stdout: log,
    ...(stdin === undefined ? {} : { stdin: Buffer.from(stdin) }),
  });
  return exitCode;
}

/** Makes a command write its errors where its output goes, in the order in which they come. */
export function mergedOutput(argv: readonly string[]): string[] {
  return ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv];
}
