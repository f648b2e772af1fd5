import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { usesLayers, type SealsLayer, type UsesLayers } from '../../../src/target/layers.js';
import type { RunResult, StartedTarget, TargetDriver } from '../../../src/target/target.js';
import { baseImages } from '../base-image.js';
import { machineRemains } from '../machine-remains.js';
import { spec, TargetWorkspace } from './target-workspace.js';

/** A machine that is started for each test, and its root. */
export interface RootOfMachine {
  readonly place: TargetWorkspace;
  readonly driver: TargetDriver & UsesLayers;
  /** Stopped after the test. */
  target: StartedTarget;
  readonly root: (script: string) => Promise<RunResult>;
  /** Ends the machine in a layer, and returns where that is. */
  readonly sealed: () => Promise<string>;
}

/** Registers the machines of a group's tests: after each of them nothing may be left. */
export function rootOfMachine(): RootOfMachine {
  let place: TargetWorkspace;
  const machine = {
    root: async (script) => machine.target.run(['sh', '-c', script], { user: 'root', check: false }),
    sealed: async () => {
      const { folder } = await (machine.target as StartedTarget & SealsLayer).seal();
      const layer = join(place.root, 'layer');
      await rm(layer, { recursive: true, force: true });
      await rename(folder, layer);
      return layer;
    },
    // Tests run once the hooks have made the rest.
  } as { -readonly [Key in keyof RootOfMachine]: RootOfMachine[Key] };
  beforeAll(async () => {
    place = await TargetWorkspace.create('kvm', baseImages('bookworm', ['amd64'], 'kvm'));
    const driver = await place.driver();
    if (!usesLayers(driver)) throw new Error('the driver has no layers');
    Object.assign(machine, { place, driver });
  }, 900_000);
  afterAll(async () => place[Symbol.asyncDispose]());
  beforeEach(async () => {
    await machine.driver.prepare(spec);
    machine.target = await machine.driver.start(spec);
  });
  afterEach(async () => {
    await machine.target.stop();
    expect(machineRemains(place.root)).toEqual([]);
  });
  return machine;
}
