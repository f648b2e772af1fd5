import { failure } from '../core/errors/gitian-error.js';
import type { Configuration } from '../core/workspace.js';
import { backendOption, type BackendOptions } from './options/backend-option.js';
import type { DefineCommand } from './command.js';

/** `start-target`: starts the prepared target and leaves it up. */
export const define: DefineCommand = (program, context) =>
  program
    .usage('[options] <bits> <suite>-<arch>')
    .description(
      'Starts the prepared target of this workspace, and returns when it answers. stop-target ends it.',
    )
    .argument('<bits>', '32 or 64, as the architecture is')
    .argument('<suite-arch>', 'the target, such as bookworm-amd64')
    .option(...backendOption)
    .action(async (bits: string, suiteArch: string, options: BackendOptions) => {
      const { namedBackend, targetHost } = await import('./options/backend.js');
      const { mindingTheDisk } = await import('../core/files/full-disk.js');
      const { lockForTarget } = await import('./options/lock-for-target.js');
      const { choosePrepared } = await import('../target/choose-driver.js');
      const { makeDriver } = await import('../target/registry.js');
      const { plainConfiguration, requireUsable, targetSpec } = await import('./options/target-spec.js');
      const { suite, architecture } = wantedTarget(bits, suiteArch);
      const configuration = plainConfiguration(suite, architecture);
      const host = targetHost(context, context.speak(false));
      const named = namedBackend(options, context.env);
      const driver = await (named === undefined
        ? choosePrepared(host, configuration)
        : makeDriver(named, host));
      await requireUsable(driver, [configuration.architecture]);
      await using _lock = await lockForTarget(
        { ...host, driver, configuration },
        `start-target ${bits} ${suiteArch}`,
      );
      const spec = await targetSpec(configuration, driver, context.env);
      await mindingTheDisk(host.workspace.root, async () => {
        await using target = await driver.start(spec);
        await target.detach();
      });
    });

/** The original asked for the width too, to choose its QEMU; it has to fit the architecture. */
function wantedTarget(bits: string, suiteArch: string): Configuration {
  const [, suite, architecture] = /^(.+)-([^-]+)$/s.exec(suiteArch) ?? [];
  if (suite === undefined || architecture === undefined) {
    const expected = 'a suite and an architecture, such as bookworm-amd64';
    throw failure('usage-bad-value', { what: 'the target', value: suiteArch, expected });
  }
  const fitting = architecture === 'i386' ? '32' : '64';
  if (bits !== fitting) {
    throw failure('usage-bad-value', {
      what: 'the first word',
      value: bits,
      expected: `${fitting} for ${architecture}`,
    });
  }
  return { suite, architecture };
}
