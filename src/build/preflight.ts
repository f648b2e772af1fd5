import { distroOf } from '../base-image/archives/suites.js';
import { findBaseRecord } from '../base-record/read.js';
import { demandFolder } from '../core/files/demand-folder.js';
import { failure } from '../core/errors/gitian-error.js';
import { followOwn } from '../core/files/own-links.js';
import { shownPath } from '../core/words/shown-path.js';
import { suiteArch, type Workspace } from '../core/workspace.js';
import type { Architecture, Descriptor } from '../descriptor/descriptor.js';
import { makeBaseCommand } from '../target/refusals.js';
import type { BaseImage, TargetDriver, TargetSpec } from '../target/target.js';
import type { BuildOptions } from './options.js';

/** A configuration that is to be built, and the architecture as the descriptor writes it. */
export interface Wanted {
  readonly architecture: Architecture;
  readonly spec: TargetSpec;
}

/** A configuration that can be built: what its target starts from is there. */
export interface ConfigurationJob extends Wanted {
  readonly base: BaseImage;
}

/** Holds that nothing is in the place of the folders that a build writes into, or empties, nor links of other users. */
export async function demandFolders(workspace: Workspace): Promise<void> {
  for (const folder of [workspace.build, workspace.results, workspace.var]) {
    await demandFolder(folder, { shown: shownPath(folder, workspace.root) });
  }
  // A link in the place of build/ gives way with what is in there. Of files it is asked again when they are written, which
  // may be hours later.
  const { inputs, caches, results, var: state, installLog, buildLog, buildScript, targetLog } = workspace;
  for (const path of [inputs, caches, results, state, installLog, buildLog, buildScript, targetLog])
    followOwn(path, shownPath(path, workspace.root));
}

/** Every suite with every architecture, in the descriptor's order. */
export function configurationsOf(
  { suites, architectures, distro }: Pick<Descriptor, 'suites' | 'architectures' | 'distro'>,
  { memory, processors }: Pick<BuildOptions, 'memory' | 'processors'>,
): Wanted[] {
  return suites.flatMap((suite) =>
    architectures.map((architecture) => ({
      architecture,
      spec: { suite, architecture, distro, memory, processors },
    })),
  );
}

/** Holds what must be true before anything is started; throws one failure that names all that is missing of a kind. */
export async function preflight(
  driver: TargetDriver,
  wanted: readonly Wanted[],
): Promise<ConfigurationJob[]> {
  const probe = await driver.probe(wanted.map(({ spec }) => spec.architecture));
  if (!probe.usable) {
    throw failure('backend-unusable', { backend: driver.name, reason: probe.reason, hint: probe.hint });
  }
  for (const { spec } of wanted) {
    const problems = driver.validate(spec);
    if (problems.length > 0) throw failure('target-unsuitable', { target: suiteArch(spec), problems });
  }
  const found = await Promise.all(wanted.map(async (one) => ({ ...one, base: await driver.base(one.spec) })));
  for (const { spec, base } of found) await refuseOtherDistro(spec, base);
  const missing = found.filter(({ base }) => base === undefined).map(({ spec }) => spec);
  if (missing.length > 0) {
    throw failure('base-images-missing', {
      missing: missing.map((spec) => `base-${suiteArch(spec)}${driver.features.baseImageEnding}`),
      commands: missing.map((spec) => makeBaseCommand(spec, driver.features, spec.distro)),
    });
  }
  return found.flatMap(({ base, ...one }) => (base === undefined ? [] : [{ ...one, base }]));
}

/** An image without a record was made by hand, and whoever did knows what is in it. */
async function refuseOtherDistro({ suite, distro }: TargetSpec, base: BaseImage | undefined): Promise<void> {
  const owner = base === undefined ? distroOf(suite) : (await findBaseRecord(base.path))?.distro;
  if (owner !== undefined && owner !== distro)
    throw failure('suite-of-other-distro', { suite, owner, distro });
}
