import { backendOption, type BackendOptions } from './backend-option.js';
import type { DefineCommand } from './command.js';

interface MakeCleanVmOptions extends BackendOptions {
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
    .option(...backendOption)
    .action(async ({ suite, arch, ...options }: MakeCleanVmOptions) => {
      const { chosenDriver, namedBackend, targetHost } = await import('./backend.js');
      const { lockForTarget } = await import('./lock-for-target.js');
      const { plainConfiguration, requireUsable, targetSpec } = await import('./target-spec.js');
      const configuration = plainConfiguration(suite, arch);
      const host = targetHost(context, context.speak(false));
      const driver = await chosenDriver(host, namedBackend(options, context.env), [configuration]);
      await requireUsable(driver);
      const spec = await targetSpec(configuration, driver, context.env);
      await using _lock = await lockForTarget(
        host,
        driver,
        configuration,
        `make-clean-vm -s ${suite} -a ${arch}`,
      );
      await driver.prepare(spec);
    });
