import { existsSync } from 'node:fs';
import type { DefineCommand } from './command.js';

/** `stop-target`: ends the target that is up in this workspace, if there is one. */
export const define: DefineCommand = (program, context) =>
  program
    .description('Ends the target that is up in this workspace. With none up there is nothing to do.')
    .action(async () => {
      const { targetHost } = await import('./options/backend.js');
      const { lockWorkspace } = await import('../core/locks/workspace-lock.js');
      const { attachRunning } = await import('../target/choose-driver.js');
      const host = targetHost(context, context.speak(false));
      // There is its state while a target is up, and the lock of who is about to start one.
      if (!existsSync(host.workspace.var)) return;
      await using _lock = await lockWorkspace(host.workspace, 'stop-target');
      await using target = await attachRunning(host, 'stop');
      await target?.stop();
    });
