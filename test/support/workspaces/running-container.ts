import { afterAll, beforeAll } from 'vitest';
import type { StartedTarget, TargetSpec } from '../../../src/target/target.js';
import { baseImages } from '../base-image.js';
import { spec, TargetWorkspace } from './target-workspace.js';

/** A container that is up, and the workspace that it is of. */
export interface RunningContainer {
  readonly place: TargetWorkspace;
  readonly target: StartedTarget;
}

/** Registers a container that the tests of a group share: it starts before them and stops after them. */
export function runningContainer(change: Partial<TargetSpec> = {}): RunningContainer {
  const here: { -readonly [Key in keyof RunningContainer]?: RunningContainer[Key] } = {};
  beforeAll(async () => {
    const of = { ...spec, ...change };
    here.place = await TargetWorkspace.create('lxc', baseImages('bookworm', ['amd64']));
    const driver = await here.place.driver();
    await driver.prepare(of);
    here.target = await driver.start(of);
  }, 600_000);
  afterAll(async () => {
    await here.target?.stop();
    await here.place?.[Symbol.asyncDispose]();
  });
  // Tests run between the two.
  return here as RunningContainer;
}
