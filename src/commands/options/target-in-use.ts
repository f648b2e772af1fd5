import { failure } from '../../core/errors/gitian-error.js';
import type { Emit } from '../../core/events.js';
import { attachRunning } from '../../target/choose-driver.js';
import { makeDriver } from '../../target/registry.js';
import type { StartedTarget } from '../../target/target.js';
import { targetHost } from './backend.js';
import type { CommandContext } from '../command.js';
import { lockForTarget } from './lock-for-target.js';
import { setting } from './settings.js';
import { plainConfiguration, requireUsable, targetSpec } from './target-spec.js';

/**
 * The target that a command means: the one that is up; with none up and `LXC_SUITE` and `LXC_ARCH` set, the prepared
 * one that they name, started for this command and stopped when the result is disposed of.
 */
export async function targetInUse(context: CommandContext, emit: Emit): Promise<StartedTarget> {
  const host = targetHost(context, emit);
  const running = await attachRunning(host);
  if (running !== undefined) return running;
  const named = namedTarget(context);
  if (named === undefined) throw failure('target-not-running', {});
  const driver = await makeDriver('lxc', host);
  await requireUsable(driver);
  const { suite, architecture } = named;
  const configuration = plainConfiguration(suite, architecture);
  const spec = await targetSpec(configuration, driver, context.env);
  // Whatever else would start it or make it anew has to wait until it is up.
  await using _lock = await lockForTarget(
    { ...host, driver, configuration },
    `a command for ${suite}-${architecture}`,
  );
  return await driver.start(spec);
}

/** The variables are LXC's, and so is the target. Throws `target-half-named` where one of the two is missing. */
function namedTarget({ env }: CommandContext): { suite: string; architecture: string } | undefined {
  const [suite, architecture] = [setting(env['LXC_SUITE']), setting(env['LXC_ARCH'])];
  if (suite !== undefined && architecture !== undefined) return { suite, architecture };
  if (suite !== undefined) throw failure('target-half-named', { given: 'LXC_SUITE', missing: 'LXC_ARCH' });
  if (architecture !== undefined) {
    throw failure('target-half-named', { given: 'LXC_ARCH', missing: 'LXC_SUITE' });
  }
  return undefined;
}
