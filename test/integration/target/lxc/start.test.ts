import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { root, type Privilege } from '../../../../src/core/processes/privilege.js';
import { startContainer } from '../../../../src/target/lxc/start.js';
import { cannotBuild } from '../../../support/base-image.js';
import { spec, TargetWorkspace } from '../../../support/workspaces/target-workspace.js';

describe.skipIf(cannotBuild)('a start of a container that is interrupted', () => {
  // What is rejected unheard fails a run of tests by itself.
  it('is told so where what would end it fails', async () => {
    await using place = await TargetWorkspace.create('lxc', []);
    await mkdir(place.workspace.target(spec), { recursive: true, mode: 0o700 });
    const controller = new AbortController();
    const failing: Privilege = {
      ...root,
      asRoot: (program) => {
        queueMicrotask(() => {
          controller.abort(new Error('interrupted'));
        });
        return { ...program, program: '/no/such/program' };
      },
    };
    const world = { host: place.host({}, controller.signal), privilege: failing };
    const prepared = { spec, name: 'gitian-unstarted', base: '/nowhere' };
    await expect(startContainer(prepared, world)).rejects.toThrow('interrupted');
    await pause(50);
  });
});
