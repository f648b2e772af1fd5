import type { Configuration, Workspace } from '../../core/workspace.js';
import { lockWorkspace } from '../../core/locks/workspace-lock.js';
import type { TargetDriver } from '../../target/target.js';

/** Where a command works on which target. */
interface TargetWork {
  readonly workspace: Workspace;
  readonly driver: TargetDriver;
  readonly configuration: Configuration;
}

/**
 * Takes the locks of a workspace to work on the target of a configuration, as `command`. In a folder without its base
 * image there is nothing to work on, as the driver will say, and no lock: it would leave a `var/` in any folder.
 */
export async function lockForTarget(
  { workspace, driver, configuration }: TargetWork,
  command: string,
): Promise<AsyncDisposable | undefined> {
  return (await driver.base(configuration)) === undefined ? undefined : lockWorkspace(workspace, command);
}
