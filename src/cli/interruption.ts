import { setMaxListeners } from 'node:events';
import { isatty } from 'node:tty';
import { Interrupted, interruptions, type Interruption } from '../core/errors/interrupted.js';

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP; the second ends the process at once. A terminal that is closed says so more
 * than once, its shell and then the kernel, and nobody is impatient.
 */
export function interruption(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  // Each transfer, tunnel and program listens for it: how many is for those to bound.
  setMaxListeners(0, controller.signal);
  const handlers = (Object.keys(interruptions) as Interruption[]).map((name) => {
    const handler = (): void => {
      const reason = new Interrupted(name);
      if (controller.signal.aborted && name === 'SIGHUP') return;
      if (controller.signal.aborted) endAtOnce(reason);
      controller.abort(reason);
    };
    process.on(name, handler);
    return { name, handler };
  });
  return {
    signal: controller.signal,
    release: () => {
      for (const { name, handler } of handlers) process.off(name, handler);
    },
  };
}

/** `process.exit` would wait for threads, which may be waiting for others at a FIFO. To a shell the exit code is the same. */
function endAtOnce({ signal, exitCode }: Interrupted): never {
  process.exitCode = exitCode;
  process.emit('exit', exitCode);
  if (isatty(0) && process.stdin.isRaw) process.stdin.setRawMode(false);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // The first process of a container doesn't die of it.
  process.exit(exitCode);
}
