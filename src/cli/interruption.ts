import { setMaxListeners } from 'node:events';
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
      if (controller.signal.aborted) process.exit(reason.exitCode);
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
