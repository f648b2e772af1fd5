import { isFailure } from '../../../core/errors/gitian-error.js';
import { programsMissing } from '../../../core/processes/find-programs.js';
import { packageFile } from '../../../core/package-files.js';
import type { Privilege } from '../../../core/processes/privilege.js';
import { run, start, type ProcessResult, type ProcessSpec } from '../../../core/processes/process.js';
import { packageOf } from '../needed-programs.js';

/**
 * Runs a program as root that starts processes in the guest, and returns how it ended. The signal kills it and
 * everything that descends from it, wherever in the guest: a group's signal would miss what has made a group of its own,
 * and one that can be ignored would be.
 */
export async function runPrivileged(
  { signal, ...spec }: ProcessSpec & { readonly signal: AbortSignal },
  privilege: Privilege,
): Promise<ProcessResult> {
  signal.throwIfAborted();
  const program = privilege.asRoot({ ...spec, check: false });
  const running = start(program);
  let killed: Promise<unknown> | undefined;
  const letGo = (): void => {
    // Nobody may be left to read the rest.
    running.stdout?.destroy();
    running.stderr?.destroy();
  };
  const end = (): void => {
    // Who holds its output still has left it, and its number.
    if (running.hasExited()) {
      letGo();
      return;
    }
    const args = [packageFile('share/lxc/end-command.sh'), String(running.pid)];
    // The interruption is told, whether this goes well or not.
    killed = run(privilege.asRoot({ program: 'sh', args, check: false })).then(letGo, letGo);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    const result = await running.ended.catch((error: unknown) => {
      if (!isFailure(error, 'tool-missing')) throw error;
      throw programsMissing([{ program: program.program, package: packageOf(program.program) }]);
    });
    await killed;
    signal.throwIfAborted();
    await privilege.demandAllowed(spec, result.exitCode);
    return result;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
