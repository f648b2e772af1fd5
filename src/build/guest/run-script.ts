import { failure } from '../../core/errors/gitian-error.js';
import type { LogWriter } from '../../core/words/log-writer.js';
import type { Architecture } from '../../descriptor/descriptor.js';
import type { StartedTarget } from '../../target/target.js';
import { personality } from './build-script.js';
import { mergedOutput } from './guest-steps.js';
import { scriptHint } from './log-diagnosis.js';

/** How many lines of a failed script's log are shown. */
const shownLines = 30;

/** Feeds the build script to `bash -x` in the target; throws `script-failed` with the end of the log unless it exits with 0. */
export async function runScript(
  target: StartedTarget,
  { text, architecture }: { readonly text: string; readonly architecture: Architecture },
  log: LogWriter,
): Promise<void> {
  const { exitCode } = await target.run(mergedOutput(['setarch', personality(architecture), 'bash', '-x']), {
    stdin: Buffer.from(text),
    stdout: log,
    check: false,
    leavesDaemons: true,
  });
  if (exitCode === 0) return;
  const lines = log.lastLines(shownLines);
  throw failure(
    'script-failed',
    { outcome: `failed with exit code ${String(exitCode)}`, hint: scriptHint(exitCode, lines) },
    { lines, log: log.path },
  );
}
