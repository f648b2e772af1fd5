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
 * works here and has all their base images; else the first that has them, whose probe will say what it lacks; else the
 * first that works, whose preflight will say how to make images.
 */
export async function chooseDriver(
  host: TargetHost,
  configurations: readonly Configuration[],
): Promise<TargetDriver> {
  const architectures = configurations.map(({ architecture }) => architecture);
  let withBases: TargetDriver | undefined;
  let working: TargetDriver | undefined;
  for (const name of backendNames) {
    const driver = await makeDriver(name, host);
    const has = await hasBases(driver, configurations);
    // Most hosts have one backend's images: the programs of the others need not be asked.
    if (!has && withBases !== undefined) continue;
    const works = (await driver.probe(architectures)).usable;
    if (has && works) return driver;
    if (has) withBases ??= driver;
    if (works) working ??= driver;
  }
  return withBases ?? working ?? makeDriver(backendNames[0], host);
}

/** The driver, where nobody named a backend, whose target of a configuration is prepared; else the one that suits it. */
export async function choosePrepared(host: TargetHost, configuration: Configuration): Promise<TargetDriver> {
  for (const name of backendNames) {
    const driver = await makeDriver(name, host);
    const has = await hasBases(driver, [configuration]);
    if (has && (await driver.isPrepared(configuration))) return driver;
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

async function hasBases(driver: TargetDriver, configurations: readonly Configuration[]): Promise<boolean> {
  const bases = await Promise.all(configurations.map(async (one) => driver.base(one)));
  return bases.every((base) => base !== undefined);
}
