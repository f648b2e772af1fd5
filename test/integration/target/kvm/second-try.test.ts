import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineState } from '../../../../src/target/kvm/second-try.js';
import { Qmp } from '../../../../src/target/kvm/qemu/qmp.js';
import type { StartedTarget } from '../../../../src/target/target.js';
import { parseState } from '../../../../src/target/state.js';
import { baseImages, cannotMakeMachines, isRoot } from '../../../support/base-image.js';
import { SmallDisk } from '../../../support/faults/small-disk.js';
import { cannotRunMachines, machineRemains } from '../../../support/machine-remains.js';
import { until } from '../../../support/until.js';
import { spec, TargetWorkspace } from '../../../support/workspaces/target-workspace.js';

describe.skipIf(cannotRunMachines || cannotMakeMachines || !isRoot)(
  'a machine that was left up on a disk that became full (root)',
  () => {
    let disk: SmallDisk;
    let place: TargetWorkspace;
    beforeEach(async () => {
      disk = new SmallDisk(100);
      place = await TargetWorkspace.create(
        'kvm',
        baseImages('bookworm', ['amd64'], 'kvm'),
        join(disk.path, 'full-'),
      );
      const driver = await place.driver();
      await driver.prepare(spec);
      await using target = await driver.start(spec);
      await target.detach();
      await using found = await attached();
      await found.run(['sh', '-c', 'seq 3000000 >numbers']);
      disk.fill();
      const writing = found.run(['sh', '-c', 'cp numbers more; sync']);
      // It ends with the connection.
      writing.catch(() => undefined);
      await until(stands, Boolean, 60_000);
    });
    afterEach(async () => {
      disk.heal();
      await place[Symbol.asyncDispose]();
      disk[Symbol.dispose]();
    });

    const attached = async (): Promise<StartedTarget> => {
      const target = await (await place.driver()).attach();
      if (target === undefined) throw new Error('it is not up');
      return target;
    };

    const stands = async (): Promise<boolean> => {
      const state = parseState(await readFile(place.workspace.targetState, 'utf8'));
      using qmp = await Qmp.connect(join(String(state?.details['folder']), 'control'));
      return qmp !== undefined && (await machineState(qmp)) === 'stuck';
    };

    it('says so to the next command at once, and goes on when there is room', async () => {
      const begun = performance.now();
      {
        await using target = await attached();
        await expect(target.run(['true'])).rejects.toMatchObject({
          code: 'target-stands-still',
          message: expect.stringContaining("its disk can't be written: No space left on device") as string,
        });
      }
      expect(performance.now() - begun).toBeLessThan(20_000);
      disk.heal();
      await using target = await attached();
      expect((await target.run(['sh', '-c', 'sync && tail -n 1 numbers'])).stdout).toBe('3000000\n');
      expect(await stands()).toBe(false);
    });

    it('is stopped without being waited for', async () => {
      await using target = await attached();
      const begun = performance.now();
      await target.stop();
      expect(performance.now() - begun).toBeLessThan(10_000);
      expect(machineRemains(place.root)).toEqual([]);
    });
  },
);
