import { backendOption, type BackendOptions } from './options/backend-option.js';
import type { DefineCommand } from './command.js';
import { required } from './options/required-option.js';

interface MakeCleanVmOptions extends BackendOptions {
  readonly suite?: string;
  readonly arch?: string;
}

/** `make-clean-vm`: makes the target of a suite and architecture pristine. */
export const define: DefineCommand = (program, context) =>
  program
    .description(
      'Makes a target from the base image of a suite and architecture, with nothing of earlier runs in it.',
    )
    .option('-s, --suite <suite>', 'the suite, such as bookworm')
    .option('-a, --arch <arch>', 'amd64 or i386')
    .option(...backendOption)
    .action(async (options: MakeCleanVmOptions) => {
      const suite = required(program, '-s, --suite <suite>', options.suite);
      const arch = required(program, '-a, --arch <arch>', options.arch);
      const { chosenDriver, namedBackend, targetHost } = await import('./options/backend.js');
      const { mindingTheDisk } = await import('../core/files/full-disk.js');
      const { lockForTarget } = await import('./options/lock-for-target.js');
      const { plainConfiguration, requireUsable, targetSpec } = await import('./options/target-spec.js');
      const configuration = plainConfiguration(suite, arch);
      const host = targetHost(context, context.speak(false));
      const driver = await chosenDriver(host, namedBackend(options, context.env), [configuration]);
      await requireUsable(driver);
      const spec = await targetSpec(configuration, driver, context.env);
      await using _lock = await lockForTarget(
        { ...host, driver, configuration },
        `make-clean-vm -s ${suite} -a ${arch}`,
      );
      await mindingTheDisk(host.workspace.root, () => driver.prepare(spec));
    });
