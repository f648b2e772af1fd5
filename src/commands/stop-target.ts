import type { DefineCommand } from './command.js';

/** `stop-target`: ends the target that is up in this workspace, if there is one. */
export const define: DefineCommand = (program, context) =>
  program
    .description('Ends the target that is up in this workspace. With none up there is nothing to do.')
    .action(async () => {
      const { chosenBackend } = await import('./backend.js');
      const { driver } = await chosenBackend(context, context.speak(false));
      await using target = await driver.attach();
      await target?.stop();
    });
