import type { Configuration } from '../core/workspace.js';
import { makeDriver } from './registry.js';
import { recordedBackend } from './state.js';
import {
  backendNames,
  type AttachPurpose,
  type StartedTarget,
  type TargetDriver,
  type TargetHost,
} from './target.js';

/**
 * The driver for `configurations` where nobody named a backend: the first, in the order of {@link backendNames}, that
 * works here and has all their base images; else of those that have the most of them one that works, or whose probe will say
 * what it lacks.
 */
export async function chooseDriver(
  host: TargetHost,
  configurations: readonly Configuration[],
): Promise<TargetDriver> {
  const architectures = configurations.map(({ architecture }) => architecture);
  let best: { readonly driver: TargetDriver; readonly bases: number; readonly works: boolean } | undefined;
  for (const name of backendNames) {
    const driver = await makeDriver(name, host);
    const bases = await countBases(driver, configurations);
    // Most hosts have one backend's images: the programs of the others need not be asked.
    if (best !== undefined && bases < best.bases) continue;
    const works = (await driver.probe(architectures)).usable;
    if (works && bases === configurations.length) return driver;
    if (best === undefined || bases > best.bases || (works && !best.works)) best = { driver, bases, works };
  }
  return best?.driver ?? makeDriver(backendNames[0], host);
}

/** The driver, where nobody named a backend, whose target of a configuration is prepared; else the one that suits it. */
export async function choosePrepared(host: TargetHost, configuration: Configuration): Promise<TargetDriver> {
  for (const name of backendNames) {
    const driver = await makeDriver(name, host);
    const base = await driver.base(configuration);
    if (base !== undefined && (await driver.isPrepared(configuration))) return driver;
  }
  return chooseDriver(host, [configuration]);
}

/** The target that is up in this workspace, of whichever backend, or undefined. */
export async function attachRunning(
  host: TargetHost,
  purpose: AttachPurpose = 'use',
): Promise<StartedTarget | undefined> {
  const recorded = await recordedBackend(host.workspace);
  const name = backendNames.find((known) => known === recorded);
  if (name === undefined) return undefined;
  return (await makeDriver(name, host)).attach(purpose);
}

async function countBases(driver: TargetDriver, configurations: readonly Configuration[]): Promise<number> {
  const bases = await Promise.all(configurations.map(async (one) => driver.base(one)));
  return bases.filter((base) => base !== undefined).length;
}
