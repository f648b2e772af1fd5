import type { DefineCommand } from './command.js';

interface MakeCleanVmOptions {
  readonly suite: string;
  readonly arch: string;
}

/** `make-clean-vm`: makes the target of a suite and architecture pristine. */
export const define: DefineCommand = (program, context) =>
  program
    .description(
      'Makes a target from the base image of a suite and architecture, with nothing of earlier runs in it.',
    )
    .requiredOption('-s, --suite <suite>', 'the suite, such as bookworm')
    .requiredOption('-a, --arch <arch>', 'amd64 or i386')
    .action(async ({ suite, arch }: MakeCleanVmOptions) => {
      const { chosenBackend } = await import('./backend.js');
      const { plainConfiguration, requireUsable, targetSpec } = await import('./target-spec.js');
      const configuration = plainConfiguration(suite, arch);
      const { driver } = await chosenBackend(context, context.speak(false));
      await requireUsable(driver);
      await driver.prepare(await targetSpec(configuration, driver, context.env));
    });
