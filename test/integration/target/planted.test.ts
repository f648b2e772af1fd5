import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identify } from '../../../src/core/process-identity.js';
import type { TargetState } from '../../../src/target/state.js';
import type { TargetDriver } from '../../../src/target/target.js';
import { baseImages, cannotBuild, isRoot } from '../../support/base-image.js';
import { TargetWorkspace } from '../../support/target-workspace.js';

const spec = { suite: 'bookworm', architecture: 'amd64', distro: 'debian', memory: 500, processors: 1 };

// A group may share a workspace: what one of them puts there isn't for another one's root to obey.
describe.skipIf(cannotBuild)(
  'what others put into a workspace (skipped without LXC and root or sudo)',
  () => {
    let place: TargetWorkspace;
    let driver: TargetDriver;
    beforeAll(async () => {
      place = await TargetWorkspace.create('lxc', baseImages('bookworm', ['amd64']));
      driver = await place.driver();
    }, 600_000);
    afterAll(async () => place[Symbol.asyncDispose]());

    const folder = (): string => place.workspace.target(spec);
    const refusal = {
      code: 'target-failed',
      message: expect.stringContaining("another user's, or others may write in it") as string,
    };

    it.skipIf(!isRoot)('is no target when the folder is theirs (skipped without root)', async () => {
      await driver.prepare(spec);
      await symlink('/etc', join(folder(), 'upper'));
      await chown(folder(), 65534, 65534);
      await expect(driver.start(spec)).rejects.toMatchObject(refusal);
    });

    it.each([0o770, 0o702, 0o755])(
      'is no target when they may look into its folder or write there: mode %i',
      async (mode) => {
        await driver.prepare(spec);
        await chmod(folder(), mode);
        await expect(driver.start(spec)).rejects.toMatchObject(refusal);
      },
    );

    it('is a target when a folder of the group has made its own the same', async () => {
      await driver.prepare(spec);
      await chmod(folder(), 0o2700);
      await (await driver.start(spec)).stop();
    });

    it('leads root to no other process or container', async () => {
      await driver.prepare(spec);
      await using target = await driver.start(spec);
      const path = place.workspace.targetState;
      const text = await readFile(path, 'utf8');
      const state = JSON.parse(text) as TargetState;
      const other = await identify(process.pid);
      await mkdir(join(place.root, 'gitian-000000000000'));
      await writeFile(join(place.root, 'gitian-000000000000/pid'), `${String(process.pid)}\n`);
      const { details } = state;
      for (const planted of [
        { ...state, details: { ...details, init: other } },
        { ...state, details: { ...details, name: `../..${place.root}/gitian-000000000000` } },
        { ...state, details: { ...details, name: 'gitian-000000000000' } },
        { ...state, process: other },
      ]) {
        await writeFile(path, JSON.stringify(planted));
        expect(await driver.attach()).toBeUndefined();
        expect(existsSync(path)).toBe(false);
      }
      await writeFile(path, text);
      expect(await (await driver.attach())?.run(['echo', 'here'])).toMatchObject({ stdout: 'here\n' });
      await target.stop();
    });
  },
);
