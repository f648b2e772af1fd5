import { spawnSync } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealsLayer, usesLayers, type UsesLayers } from '../../../../src/target/layers.js';
import type { StartedTarget, TargetDriver } from '../../../../src/target/target.js';
import { baseImages, cannotMakeMachines } from '../../../support/base-image.js';
import {
  cannotRunMachines,
  machineRemains,
  startsTakeLong,
  unlessBootsTakeLong,
} from '../../../support/machine-remains.js';
import { spec, TargetWorkspace } from '../../../support/workspaces/target-workspace.js';

describe.skipIf(cannotRunMachines || cannotMakeMachines)('a layer of a machine', () => {
  let store: string;
  let place: TargetWorkspace;
  let driver: TargetDriver & UsesLayers;
  const layer = (): string => join(store, 'layer');
  const started = async (): Promise<StartedTarget> => driver.start(spec);
  /** What is on the target's disk, and in its memory alone. */
  const found = async (target: StartedTarget): Promise<string> => {
    const argv = ['sh', '-c', 'cat kept; cat /dev/shm/* 2>/dev/null; ls mine 2>/dev/null'];
    return (await target.run(argv, { check: false })).stdout;
  };

  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), 'gitian layer '));
    place = await TargetWorkspace.create('kvm', baseImages('bookworm', ['amd64'], 'kvm'));
    const made = await place.driver();
    if (!usesLayers(made)) throw new Error('the driver has no layers');
    driver = made;
    await driver.prepare(spec);
    await using target = await started();
    await target.run(['sh', '-c', 'echo disk >kept; echo memory >/dev/shm/here']);
    if (!sealsLayer(target)) throw new Error('the target can not be sealed');
    const { folder, bytes } = await target.seal();
    expect(bytes).toBeGreaterThan(1 << 20);
    await rename(folder, layer());
  }, 900_000);
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    await rm(store, { recursive: true });
  });

  it('is what its target was, memory and all, however often something starts from it', async () => {
    for (let time = 0; time < 2; time++) {
      await driver.prepareFrom(spec, layer());
      await using target = await started();
      expect(await found(target)).toBe('disk\nmemory\n');
      expect(spawnSync('flock', ['--exclusive', '--nonblock', layer(), 'true']).status).toBe(1);
      await target.run(['touch', 'mine']);
    }
    expect(machineRemains(place.root)).toEqual([]);
  });

  it.skipIf(startsTakeLong)(
    `lies under what a target has written, when that boots${unlessBootsTakeLong}`,
    async () => {
      await driver.prepareFrom(spec, layer());
      {
        await using target = await started();
        await target.run(['touch', 'mine']);
      }
      await using target = await started();
      expect(await found(target)).toBe('disk\nmine\n');
    },
  );

  it.skipIf(startsTakeLong)(`boots when its memory is not what was saved${unlessBootsTakeLong}`, async () => {
    await driver.prepareFrom(spec, layer());
    await rename(join(layer(), 'memory'), join(store, 'memory'));
    await using target = await started();
    expect(await found(target)).toBe('disk\n');
  });

  it('has to be there, and is forgotten with prepare', async () => {
    await driver.prepareFrom(spec, layer());
    await rename(layer(), join(store, 'elsewhere'));
    expect(await driver.isPrepared(spec)).toBe(false);
    await expect(started()).rejects.toMatchObject({ code: 'target-not-prepared' });
    await driver.prepare(spec);
    await using target = await started();
    expect(await found(target)).toBe('');
  });
});
