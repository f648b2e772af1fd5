import { readFile } from 'node:fs/promises';
import { CleanUp } from '../core/clean-up.js';
import { writeOver } from '../core/files/write-over.js';
import { Meanwhile } from '../core/meanwhile.js';
import { layerName } from '../packages/layers/layer-key.js';
import type { KeptLayer } from '../packages/layers/layer-record.js';
import { sealsLayer, usesLayers, type UsesLayers } from '../target/layers.js';
import type { StartedTarget, TargetDriver } from '../target/target.js';
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
  const { driver, options, starts, steps, emit } = context;
  if (options.skipImage && (await driver.isPrepared(job.spec))) {
    emit({ kind: 'note', text: 'Using the target as it was left (--skip-image)' });
    await starts.note(job.spec, { from: 'target as it was left', archives: [] });
    return provisioned(context, job, provision);
  }
  if (!usesLayers(driver)) {
    await steps.run('Making a new image copy', () => driver.prepare(job.spec));
    await starts.note(job.spec, { from: 'base image', archives: [] });
    return provisioned(context, job, provision);
  }
  const place = { context, job, driver, provision };
  if (options.noLayer) return fromBase(place, undefined);
  const choice = await steps.run('Looking for a layer', () => chooseLayer({ ...context, driver }, job));
  return (choice && (await fromLayer(place, choice))) ?? fromBase(place, choice);
}

interface LayerPlace {
  readonly context: BuildContext;
  readonly job: ConfigurationJob;
  readonly driver: TargetDriver & UsesLayers;
  readonly provision: Provision;
}

/**
 * Starts a target from a layer, or returns undefined where none fits. The last one nearly always does, so that a target
 * starts from it while the archives are asked.
 */
async function fromLayer(place: LayerPlace, choice: LayerChoice): Promise<PreparedTarget | undefined> {
  const { emit, options, signal, steps } = place.context;
  const { newest, recipe, store } = choice;
  if (newest === undefined) return undefined;
  await using holds = new CleanUp(emit);
  await using cleanUp = new CleanUp(emit);
  let layer = holds.use('let go of the layer', newest);
  await using question = options.frozen ? undefined : new Meanwhile(choice.present, signal);
  let target = cleanUp.use('stop the target', await startFrom(place, layer));
  if (question !== undefined) {
    const state = await steps.run('Checking that the layer is current', () => question.result);
    if (state === undefined || layerName(recipe, state) !== layer.name) {
      await steps.run('Stopping target', () => target.stop());
      cleanUp.commit();
      const present = state && (await store.find(recipe, state));
      if (present === undefined) return undefined;
      layer = holds.use('let go of the layer', present);
      target = cleanUp.use('stop the target', await startFrom(place, layer));
    }
  }
  await store.use(layer);
  await noteLayer(place, layer);
  cleanUp.commit();
  return { target, manifest: layer.manifest };
}

async function startFrom({ context, job, driver }: LayerPlace, layer: KeptLayer): Promise<StartedTarget> {
  await context.steps.run('Making a new image copy', () => driver.prepareFrom(job.spec, layer.folder));
  return startTarget(context, job);
}

async function noteLayer({ context, job }: LayerPlace, layer: KeptLayer): Promise<void> {
  const { emit, options, starts, workspace } = context;
  writeOver(workspace.installLog, layer.installLog);
  writeOver(workspace.manifest(job.spec), layer.manifest);
  const from = options.frozen ? 'frozen layer' : 'layer';
  await starts.note(job.spec, { from, archives: layer.archives, layer });
  emit({ kind: 'note', text: `Packages are those of the layer that was sealed ${layer.sealed}` });
}

async function fromBase(place: LayerPlace, choice: LayerChoice | undefined): Promise<PreparedTarget> {
  const { context, job, driver, provision } = place;
  const { steps, emit, starts } = context;
  await steps.run('Making a new image copy', () => driver.prepare(job.spec));
  await using holds = new CleanUp(emit);
  await using cleanUp = new CleanUp(emit);
  const { target, manifest } = await provisioned(context, job, provision);
  cleanUp.use('stop the target', target);
  if (!sealsLayer(target)) {
    cleanUp.commit();
    return { target, manifest };
  }
  const archives = choice === undefined ? [] : await stateInTarget(target);
  const kept = await steps.run('Sealing the packages', async () => {
    const sealed = await target.seal();
    if (choice === undefined) return undefined;
    const installLog = await readFile(context.workspace.installLog, 'utf8');
    const layer = { recipe: choice.recipe, archives, manifest, installLog, ...sealed };
    const held = await choice.store.keep(layer, async (from, to) => driver.copyLayer(from, to));
    // Without it the target goes on from its own.
    if (held !== undefined) await driver.prepareFrom(job.spec, holds.use('let go of the layer', held).folder);
    return held;
  });
  await starts.note(job.spec, { from: 'base image', archives });
  const again = cleanUp.use('stop the target', await startTarget(context, job));
  // Not before the new one is in use: that isn't removed, however big it is. Without one there is nothing to make room for,
  // and where the disk has no locks nothing could be removed.
  if (kept !== undefined) await choice?.store.shrink(context.layers.limit);
  cleanUp.commit();
  return { target: again, manifest };
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
