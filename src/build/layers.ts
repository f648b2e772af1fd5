import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBaseRecord, recordPath } from '../base-image/record.js';
import { failure } from '../core/errors/gitian-error.js';
import { sha256 } from '../core/hashing.js';
import type { Descriptor } from '../descriptor/descriptor.js';
import type { Proxies } from '../http/client.js';
import { archiveOrigins, asHostReaches } from '../packages/cache/access.js';
import { archiveState, stateOf, type ArchiveState } from '../packages/layers/archive-state.js';
import { recipeName } from '../packages/layers/layer-key.js';
import type { KeptLayer } from '../packages/layers/layer-record.js';
import { LayerStore } from '../packages/layers/layer-store.js';
import type { UsesLayers } from '../target/layers.js';
import type { StartedTarget, TargetDriver } from '../target/target.js';
import type { BuildOptions } from './options.js';
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
}

/** What the layers of a configuration depend on. */
export interface LayerRequest {
  readonly descriptor: Descriptor;
  readonly options: BuildOptions;
  readonly settings: LayerSettings;
  readonly driver: TargetDriver & UsesLayers;
  readonly signal: AbortSignal;
}

/** What is known about the layers of one configuration. */
export interface LayerChoice {
  readonly recipe: string;
  readonly store: LayerStore;
  /** What the target may start from. */
  readonly found: KeptLayer | undefined;
}

/**
 * Looks for the layer that a configuration can start from: made of the same things from archives in the state that they are
 * in now, or with `--frozen` in any. Undefined where none could be kept either, since the base image has no record.
 */
export async function chooseLayer(
  request: LayerRequest,
  job: ConfigurationJob,
): Promise<LayerChoice | undefined> {
  const { options, settings } = request;
  const record = await readBaseRecord(recordPath(job.base.path));
  if (job.base.digest === undefined || record === undefined) return undefined;
  const store = new LayerStore(join(settings.folder, 'layers'));
  const recipe = await recipeOf(request, job);
  if (options.frozen) {
    const found = await store.newest(recipe);
    if (found === undefined) throw failure('layer-missing', {});
    return { recipe, store, found };
  }
  const state = await presentState(request, record.sources.guest);
  return { recipe, store, found: state === undefined ? undefined : await store.find(recipe, state) };
}

/** The state that the archives were in when the target's apt asked them. */
export async function stateInTarget(target: StartedTarget): Promise<ArchiveState> {
  const script =
    'cd /var/lib/apt/lists && for file in *InRelease *_Release; do [ -f "$file" ] && sha256sum <"$file"; done; :';
  const { stdout } = await target.run(['sh', '-c', script], { user: 'root' });
  return stateOf([...stdout.matchAll(/^([0-9a-f]{64}) /gm)].map(([, digest = '']) => digest));
}

async function recipeOf(
  { descriptor, options, driver, settings }: LayerRequest,
  { spec, base }: ConfigurationJob,
): Promise<string> {
  const { multiarch, repositories, packages, alternatives } = descriptor;
  const { suite, architecture, distro } = spec;
  return recipeName({
    ...{ suite, architecture, distro, multiarch, repositories, packages, alternatives },
    backend: driver.name,
    version: settings.userAgent,
    base: { image: base.digest ?? '', record: sha256(await readFile(recordPath(base.path))) },
    upgrade: options.upgrade,
    driver: await driver.layerFacts(spec),
  });
}

async function presentState(
  { descriptor, options, settings, driver, signal }: LayerRequest,
  baseSources: readonly string[],
): Promise<ArchiveState | undefined> {
  const { hostAddress } = driver.features;
  const named = descriptor.repositories.map(({ source }) => source);
  const origins = (lines: readonly string[]): Set<string> =>
    new Set(archiveOrigins(lines).map((origin) => new URL(asHostReaches(origin, hostAddress)).origin));
  // Loaded only by builds that ask archives.
  const { PackageCache } = await import('../packages/cache/package-cache.js');
  await using cache = await PackageCache.open({
    folder: join(settings.folder, 'packages'),
    rules: { chosen: origins(baseSources), named: origins(named) },
    proxies: settings.proxies,
    offline: options.offline,
    userAgent: settings.userAgent,
    signal,
    // Who doesn't answer soon is asked again by the target's apt.
    manner: { timeout: 10_000, pauses: [500] },
  });
  return await archiveState({ sources: [...baseSources, ...named], cache, hostAddress });
}
