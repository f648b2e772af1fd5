import type { Configuration } from '../core/workspace.js';
import { lockWorkspace } from '../core/workspace-lock.js';
import type { TargetDriver, TargetHost } from '../target/target.js';

/**
 * Takes the locks of a workspace to work on the target of a configuration, as `command`. In a folder without its base
 * image there is nothing to work on, as the driver will say, and no lock: it would leave a `var/` in any folder.
 */
export async function lockForTarget(
  { workspace }: TargetHost,
  driver: TargetDriver,
  configuration: Configuration,
  command: string,
): Promise<AsyncDisposable | undefined> {
  return (await driver.base(configuration)) === undefined ? undefined : lockWorkspace(workspace, command);
}
