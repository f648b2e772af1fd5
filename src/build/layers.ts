import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBaseRecord } from '../base-record/read.js';
import { recordPath } from '../base-record/record.js';
import { failure } from '../core/errors/gitian-error.js';
import { sha256 } from '../core/files/hashing.js';
import type { Descriptor } from '../descriptor/descriptor.js';
import type { Proxies } from '../http/client.js';
import { archiveState, stateOf, type ArchiveState } from '../packages/layers/archive-state.js';
import { recipeName } from '../packages/layers/layer-key.js';
import type { HeldLayer } from '../packages/layers/layer-record.js';
import { LayerStore } from '../packages/layers/layer-store.js';
import { usesLayers, type UsesLayers } from '../target/layers.js';
import type { StartedTarget, TargetDriver } from '../target/target.js';
import type { BuildOptions } from './options.js';
import type { Archives } from './archives/archives.js';
import { archiveRules, guestNameOf } from './archives/archive-rules.js';
import type { ConfigurationJob } from './preflight.js';

/** What the environment says about layers. */
export interface LayerSettings {
  /** The user's folder for caches. */
  readonly folder: string;
  /** How big all layers together may be, in bytes. */
  readonly limit: number;
  /** This host's own proxies. */
  readonly proxies: Proxies;
  readonly userAgent: string;
  /** This tool's: another one installs packages another way. */
  readonly version: string;
}

/** What the layers of a configuration depend on. */
export interface LayerRequest {
  readonly descriptor: Descriptor;
  readonly options: BuildOptions;
  readonly archives: Archives;
  readonly layers: LayerSettings;
  readonly driver: TargetDriver & UsesLayers;
}

/** What is known about the layers of one configuration. */
export interface LayerChoice {
  readonly recipe: string;
  readonly store: LayerStore;
  /** The last one that was made of the same things. The target may start from it if the archives are still as they were. */
  readonly newest: HeldLayer | undefined;
  /** Asks the archives how they are; undefined where they don't answer. */
  readonly present: (signal: AbortSignal) => Promise<ArchiveState | undefined>;
}

/** Throws where `--frozen` can't be followed, whatever layers there are. */
export function demandLayers({ frozen }: BuildOptions, driver: TargetDriver): void {
  if (frozen && !usesLayers(driver))
    throw failure('frozen-impossible', { reason: `targets of ${driver.name} have no layers` });
}

/**
 * Looks for the layer that a configuration can start from. Undefined where none could be kept either, since the base image
 * has no record. With `--frozen` one has to be there.
 */
export async function chooseLayer(
  request: LayerRequest,
  job: ConfigurationJob,
): Promise<LayerChoice | undefined> {
  const { options, layers } = request;
  const record = await readBaseRecord(job.base.path);
  if (job.base.digest === undefined || record === undefined) {
    if (options.frozen) throw failure('frozen-impossible', { reason: `"${job.base.path}" has no record` });
    return undefined;
  }
  const store = new LayerStore(join(layers.folder, 'layers'));
  const recipe = await recipeOf(request, job);
  const newest = await store.newest(recipe);
  if (options.frozen && newest === undefined) throw failure('layer-missing', {});
  const present = async (signal: AbortSignal): Promise<ArchiveState | undefined> =>
    presentState(request, record.sources.guest, signal);
  return { recipe, store, newest, present };
}

/** The state that the archives were in when the target's apt asked them. */
export async function stateInTarget(target: StartedTarget): Promise<ArchiveState> {
  const script =
    'cd /var/lib/apt/lists && for file in *InRelease *_Release; do [ -f "$file" ] && sha256sum <"$file"; done; :';
  const { stdout } = await target.run(['sh', '-c', script], { user: 'root' });
  return stateOf([...stdout.matchAll(/^([0-9a-f]{64}) /gm)].map(([, digest = '']) => digest));
}

async function recipeOf(
  { descriptor, options, archives, driver, layers }: LayerRequest,
  { spec, base }: ConfigurationJob,
): Promise<string> {
  const { multiarch, repositories, packages, alternatives } = descriptor;
  const { suite, architecture, distro } = spec;
  return recipeName({
    ...{ suite, architecture, distro, multiarch, repositories, packages, alternatives },
    backend: driver.name,
    version: layers.version,
    base: { image: base.digest ?? '', record: sha256(await readFile(recordPath(base.path))) },
    upgrade: options.upgrade,
    archives: { areCached: archives.areCached, leadOn: archives.leadOn },
    driver: await driver.layerFacts(spec),
  });
}

async function presentState(
  { descriptor, options, layers, driver }: LayerRequest,
  baseSources: readonly string[],
  signal: AbortSignal,
): Promise<ArchiveState | undefined> {
  const guestCallsHost = guestNameOf(driver.features.hostAddress);
  // Loaded only by builds that ask archives.
  const { PackageCache } = await import('../packages/cache/package-cache.js');
  await using cache = await PackageCache.open({
    folder: join(layers.folder, 'packages'),
    rules: archiveRules(baseSources, descriptor, guestCallsHost),
    proxies: layers.proxies,
    offline: options.offline,
    userAgent: layers.userAgent,
    signal,
    // Who doesn't answer soon is asked again by the target's apt.
    manner: { timeout: 10_000, pauses: [500] },
  });
  const sources = [...baseSources, ...descriptor.repositories.map(({ source }) => source)];
  return await archiveState({ sources, cache, guestCallsHost });
}
