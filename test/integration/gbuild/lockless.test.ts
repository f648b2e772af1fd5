import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import type { Outcome } from '../../support/commands.js';
import { canTrace, lockless } from '../../support/lockless.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';

const memory = '/dev/shm';

/** What is moved within a file system has the locks that it had: the cache has to lie in another one. */
const hasOther =
  statSync(memory, { throwIfNoEntry: false }) !== undefined &&
  statSync(memory).dev !== statSync(tmpdir()).dev;

describe.skipIf(cannotBuild || !canTrace || !hasOther)(
  'gbuild whose cache is on storage without locks (root or sudo; needs strace, /dev/shm)',
  () => {
    let here: BuildWorkspace;
    let cache = '';
    beforeEach(async () => {
      here = await BuildWorkspace.create(baseImages('bookworm', ['amd64']));
      cache = mkdtempSync(join(memory, 'gitian-lockless-'));
      symlinkSync(join(here.cache, 'packages'), join(cache, 'packages'));
    }, 600_000);
    afterEach(async () => {
      await here[Symbol.asyncDispose]();
      rmSync(cache, { recursive: true });
    });

    const run = async (env: Readonly<Record<string, string>>, ...args: string[]): Promise<Outcome> =>
      here.run('gbuild', args, { GITIAN_CACHE: cache, ...env });
    const came = (): string => /"from": ?"([^"]*)"/.exec(here.read('var/layers.json'))?.[1] ?? '';
    const kept = (): string[] => readdirSync(join(cache, 'layers'));

    it('builds from the base image and keeps no layer, whatever layers there are', async () => {
      const { path: PATH, refusals } = lockless(cache, join(here.path, 'bin'));
      const file = await here.descriptor({ more: 'packages: [zip]\n', script: 'dpkg -l >$OUTDIR/packages' });
      const without = await run({ PATH }, file);
      expect(without).toMatchObject({ exitCode: 0 });
      expect(without.stderr).not.toMatch(/lock/i);
      expect(refusals()).toBeGreaterThan(0);
      expect(came()).toBe('base image');
      const result = here.read('result/test-res.yml');
      await expect.poll(kept, { timeout: 10_000 }).toEqual([]);

      expect((await run({}, file)).exitCode).toBe(0);
      const [layer] = kept();
      expect(layer).toBeDefined();

      // It is more than all may be.
      const beside = await run({ PATH, GITIAN_LAYERS_MAX_SIZE: '1K' }, file);
      expect(beside.exitCode, beside.stderr).toBe(0);
      expect(came()).toBe('base image');
      expect(here.read('result/test-res.yml')).toBe(result);
      await expect.poll(kept, { timeout: 10_000 }).toEqual([layer]);

      expect((await run({}, file)).exitCode).toBe(0);
      expect(came()).toBe('layer');
      expect(here.read('result/test-res.yml')).toBe(result);
      expect(await here.remains()).toEqual([]);
    });
  },
);
