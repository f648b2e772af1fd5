import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseImages, cannotBuild, isRoot } from '../../support/base-image.js';
import { triesAll, unlessAll } from '../../support/tries-all.js';
import { outcomeOf } from '../../support/running-command.js';
import { until } from '../../support/until.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';

const workspace = async (): Promise<BuildWorkspace> =>
  BuildWorkspace.create(baseImages('bookworm', ['amd64']));

describe.skipIf(cannotBuild)('bad days (root or sudo)', () => {
  it("a script's daemons neither keep the build waiting nor outlive it", async () => {
    await using here = await workspace();
    const file = await here.descriptor({
      script: `
        (trap '' TERM INT HUP; while :; do echo still here; sleep 1; done) &
        setsid sh -c 'trap "" TERM INT HUP; sleep 300' &
        echo done > $OUTDIR/done`,
    });
    const ended = outcomeOf(here.start('gbuild', [file]));
    const log = (): string => (here.has('var/build.log') ? here.read('var/build.log') : '');
    await until(log, (text) => text.includes('+ echo done'), 240_000);
    const done = performance.now();
    expect((await ended).exitCode).toBe(0);
    expect(performance.now() - done).toBeLessThan(30_000);
    expect(await here.remains()).toEqual([]);
  });

  it('a script that kills itself fails, and is cleaned up after', async () => {
    await using here = await workspace();
    const { exitCode, stderr } = await here.run('gbuild', [
      await here.descriptor({ script: 'sleep 300 & kill -9 $$' }),
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('gbuild: the build script failed with exit code 137\n');
    expect(await here.remains()).toEqual([]);
  });

  it.skipIf(!triesAll)(
    `a script that writes more than a log may hold is built, and the log is cut with a warning${unlessAll}`,
    async () => {
      await using here = await workspace();
      const script = 'yes | head -c 1100M; echo built >$OUTDIR/built';
      const { exitCode, stderr } = await here.run('gbuild', [await here.descriptor({ script })]);
      expect(exitCode, stderr).toBe(0);
      const warning = 'the script wrote more than "var/build.log" may hold: it was cut';
      expect(stderr).toContain(`gbuild: warning: ${warning}\n`);
      const { size } = statSync(join(here.path, 'var/build.log'));
      expect(size - (1 << 30)).toBe('\n(the log ends here: it holds no more)\n'.length);
      expect(here.read('build/out/built')).toBe('built\n');
    },
  );

  it('two builds in two workspaces go on side by side', async () => {
    await using one = await workspace();
    await using two = await workspace();
    const script = 'sleep 3; hostname -I > $OUTDIR/address || true; echo $REFERENCE_DATE > $OUTDIR/date';
    const both = await Promise.all(
      [one, two].map(async (here) => here.run('gbuild', [await here.descriptor({ script })])),
    );
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(one.read('build/out/date')).toBe(two.read('build/out/date'));
  });

  it.skipIf(!isRoot)(
    'a full disk ends the build in one sentence, and leaves what was there (root)',
    async () => {
      const small = mkdtempSync(join(tmpdir(), 'gitian-small-'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'tmpfs', small]);
      try {
        await using here = await BuildWorkspace.create(baseImages('bookworm', ['amd64']), small);
        mkdirSync(join(here.path, 'result'));
        const fills = await here.descriptor({
          name: 'fills',
          script: 'head -c 600M /dev/zero > $OUTDIR/zeros',
        });
        const inTarget = await here.run('gbuild', [fills]);
        expect(inTarget.exitCode).toBe(1);
        expect(inTarget.stderr).toContain('hint: make room on the disk that holds the workspace\n');
        // Fits once into the target, but not a second time into build/out: with another name it has to be copied.
        const copies = await here.descriptor({
          name: 'copies',
          script: 'head -c 230M /dev/urandom > $OUTDIR/random; ln $OUTDIR/random ~/random',
        });
        const inCopy = await here.run('gbuild', [copies]);
        expect(inCopy.exitCode, inCopy.stderr).toBe(1);
        expect(inCopy.stderr).toMatch(
          /gbuild: the disk that holds ".*" has no room for .*\nhint: make room there/,
        );
        expect(readdirSync(join(here.path, 'build'))).toEqual([]);
        expect(readdirSync(join(here.path, 'result'))).toEqual([]);
        expect(await here.remains()).toEqual([]);
        const works = await here.descriptor({ name: 'works', script: 'echo ok > $OUTDIR/ok' });
        expect((await here.run('gbuild', [works])).exitCode).toBe(0);
      } finally {
        execFileSync('umount', [small]);
        rmSync(small, { recursive: true });
      }
    },
  );
});
