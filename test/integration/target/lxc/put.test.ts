import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { obtainPrivilege } from '../../../../src/core/processes/privilege.js';
import type { ProcessIdentity } from '../../../../src/core/processes/process-identity.js';
import { putFiles } from '../../../../src/target/lxc/files/put.js';
import { cannotBuild } from '../../../support/base-image.js';
import { runningContainer } from '../../../support/workspaces/running-container.js';

const user = { uid: 1000, gid: 1000, groups: [1000] };

// That a target's files arrive says nothing: what this can't put goes as a stream.
describe.skipIf(cannotBuild || process.arch !== 'x64')(
  'files that are put into a container (skipped without LXC and root or sudo, and where it is no x86-64)',
  () => {
    const here = runningContainer();
    let directory: string;
    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'gitian-put-'));
      mkdirSync(join(directory, 'tree'));
      writeFileSync(join(directory, 'tree/file'), 'text');
    });
    afterAll(() => {
      rmSync(directory, { recursive: true });
    });

    const put = async (
      names: readonly string[],
      change: Partial<ProcessIdentity> = {},
      groups: readonly number[] = [],
    ): Promise<boolean> => {
      const { details } = JSON.parse(readFileSync(here.place.workspace.targetState, 'utf8')) as {
        details: { init: ProcessIdentity };
      };
      const init = { ...details.init, ...change };
      const world = {
        privilege: await obtainPrivilege('a test'),
        signal: new AbortController().signal,
      };
      return putFiles(
        { directory, names },
        { init, home: '/home/debian', to: 'in', user: { ...user, groups: [...user.groups, ...groups] } },
        world,
      );
    };
    const said = async (script: string): Promise<string> =>
      (await here.target.run(['sh', '-c', script], { check: false })).stdout;

    it("are there without a stream, and are the build user's", async () => {
      expect(await put(['tree'])).toBe(true);
      expect(await said('cat in/tree/file; stat -c " %U %G" in/tree/file')).toBe('text debian debian\n');
    });

    // With the number of the container's root added, a group that the guest makes up is one of the host's.
    it('are not put as a member of groups that no container has', async () => {
      const [, first] = (await said('cat /proc/self/gid_map')).trim().split(/ +/).map(Number);
      expect(await put(['tree'], {}, [100])).toBe(true);
      for (const group of [65_536, 2 ** 32 - (first ?? 0)])
        expect(await put(['tree'], {}, [group])).toBe(false);
    });

    it('are not put where the process is another one by now', async () => {
      expect(await put(['tree/file'], { startTime: '1' })).toBe(false);
      expect(await said('ls in/file')).toBe('');
    });

    it('are not what is no file, or does not lie in the folder', async () => {
      execFileSync('mkfifo', [join(directory, 'pipe')]);
      for (const name of ['pipe', 'missing', '../tree', 'tree/../../x'])
        expect(await put([name])).toBe(false);
    });
  },
);
