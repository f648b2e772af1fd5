import { readFile, writeFile } from 'node:fs/promises';
import { CleanUp } from '../core/clean-up.js';
import { sealsLayer, usesLayers } from '../target/layers.js';
import type { StartedTarget } from '../target/target.js';
import type { BuildContext } from './configuration-build.js';
import { chooseLayer, stateInTarget, type LayerChoice } from './layers.js';
import type { ConfigurationJob } from './preflight.js';

/** Installs a configuration's packages in a target that starts from the base image; returns the base manifest. */
export type Provision = (
  context: BuildContext,
  job: ConfigurationJob,
  target: StartedTarget,
) => Promise<string>;

/** A target that is up, with its packages. */
export interface PreparedTarget {
  readonly target: StartedTarget;
  /** The base manifest. */
  readonly manifest: string;
}

/**
 * Starts a target that has the packages of a configuration: from a layer where there is one, else from the base image, and
 * then it becomes a layer and goes on from that, so that the script sees the same either way.
 */
export async function preparedTarget(
  context: BuildContext,
  job: ConfigurationJob,
  provision: Provision,
): Promise<PreparedTarget> {
  const { driver, options, steps, emit } = context;
  if (options.skipImage && (await driver.isPrepared(job.spec))) {
    emit({ kind: 'note', text: 'Using the target as it was left (--skip-image)' });
    return provisioned(context, job, provision);
  }
  if (!usesLayers(driver)) {
    await steps.run('Making a new image copy', () => driver.prepare(job.spec));
    return provisioned(context, job, provision);
  }
  const { descriptor, layers: settings, signal } = context;
  const choice = options.noLayer
    ? undefined
    : await steps.run('Looking for a layer', () =>
        chooseLayer({ descriptor, options, settings, driver, signal }, job),
      );
  const found = choice?.found;
  if (found === undefined) return fromBase({ context, job, provision }, choice);
  await steps.run('Making a new image copy', () => driver.prepareFrom(job.spec, found.folder));
  await writeFile(context.workspace.installLog, found.installLog);
  await writeFile(context.workspace.manifest(job.spec), found.manifest);
  const from = options.frozen ? 'frozen layer' : 'layer';
  await context.starts.note(job.spec, { from, archives: found.archives, layer: found });
  emit({ kind: 'note', text: `Packages are those of the layer that was sealed ${found.sealed}` });
  return { target: await startTarget(context, job), manifest: found.manifest };
}

async function fromBase(
  {
    context,
    job,
    provision,
  }: { readonly context: BuildContext; readonly job: ConfigurationJob; readonly provision: Provision },
  choice: LayerChoice | undefined,
): Promise<PreparedTarget> {
  const { driver, steps, emit } = context;
  await steps.run('Making a new image copy', () => driver.prepare(job.spec));
  await using cleanUp = new CleanUp(emit);
  const { target, manifest } = await provisioned(context, job, provision);
  cleanUp.use('stop the target', target);
  if (!sealsLayer(target)) {
    cleanUp.commit();
    return { target, manifest };
  }
  const archives = choice === undefined ? [] : await stateInTarget(target);
  await steps.run('Sealing the packages', async () => {
    const sealed = await target.seal();
    if (choice === undefined || !usesLayers(driver)) return;
    const installLog = await readFile(context.workspace.installLog, 'utf8');
    const layer = { recipe: choice.recipe, archives, manifest, installLog, ...sealed };
    const kept = await choice.store.keep(layer, async (from, to) => driver.copyLayer(from, to));
    // Without it the target goes on from its own.
    if (kept !== undefined) await driver.prepareFrom(job.spec, kept);
    await choice.store.shrink(context.layers.limit);
  });
  await context.starts.note(job.spec, { from: 'base image', archives });
  return { target: await startTarget(context, job), manifest };
}

/** What is up is detached for `--skip-cleanup` as soon as it needn't be sealed any more, also when it fails. */
async function provisioned(
  context: BuildContext,
  job: ConfigurationJob,
  provision: Provision,
): Promise<PreparedTarget> {
  await using cleanUp = new CleanUp(context.emit);
  const target = cleanUp.use('stop the target', await startTarget(context, job));
  try {
    const manifest = await provision(context, job, target);
    cleanUp.commit();
    return { target, manifest };
  } catch (error) {
    if (context.options.skipCleanup) await leaveUp(context, target);
    throw error;
  }
}

async function startTarget(context: BuildContext, { spec }: ConfigurationJob): Promise<StartedTarget> {
  return context.steps.run('Starting target', () => context.driver.start(spec));
}

/** Leaves a target up when the build is over, however it ends. */
export async function leaveUp({ emit }: Pick<BuildContext, 'emit'>, target: StartedTarget): Promise<void> {
  await target.detach();
  emit({
    kind: 'note',
    text: 'The target stays up (--skip-cleanup): on-target looks into it, stop-target ends it',
  });
}
