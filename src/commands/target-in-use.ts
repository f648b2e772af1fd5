import { failure } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import type { StartedTarget, TargetDriver } from '../target/target.js';
import { chosenBackend } from './backend.js';
import type { CommandContext } from './command.js';
import { setting } from './settings.js';
import { plainConfiguration, requireUsable, targetSpec } from './target-spec.js';

/**
 * The target that a command means: the one that is up; with none up and `LXC_SUITE` and `LXC_ARCH` set, the prepared
 * one that they name, started for this command and stopped when the result is disposed of.
 */
export async function targetInUse(context: CommandContext, emit: Emit): Promise<StartedTarget> {
  const { driver } = await chosenBackend(context, emit);
  const running = await driver.attach();
  if (running !== undefined) return running;
  const named = namedTarget(context, driver);
  if (named === undefined) throw failure('target-not-running', {});
  await requireUsable(driver);
  return driver.start(
    await targetSpec(plainConfiguration(named.suite, named.architecture), driver, context.env),
  );
}

function namedTarget(
  { env }: CommandContext,
  { features }: TargetDriver,
): { suite: string; architecture: string } | undefined {
  const [suite, architecture] = [setting(env['LXC_SUITE']), setting(env['LXC_ARCH'])];
  if (!features.startsForOneCommand || suite === undefined || architecture === undefined) return undefined;
  return { suite, architecture };
}
