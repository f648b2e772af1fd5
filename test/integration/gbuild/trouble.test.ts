import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import { outcomeOf } from '../../support/running-command.js';
import { until } from '../../support/until.js';

const workspace = async (): Promise<BuildWorkspace> =>
  BuildWorkspace.create(baseImages('bookworm', ['amd64']));

describe.skipIf(cannotBuild)('gbuild that is refused, fails or is interrupted (root or sudo)', () => {
  it('shows the last 30 lines of a script that fails, and writes no report', async () => {
    await using here = await workspace();
    const file = await here.descriptor({ script: 'for i in $(seq 50); do echo "line $i"; done; exit 9' });
    const { exitCode, stderr } = await here.run('gbuild', [file]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('gbuild: the build script failed with exit code 9\n');
    expect(stderr).toContain('\nline 50\n');
    expect(stderr).toMatch(/\nlog: var\/build\.log\n$/);
    expect(here.has('result/test-res.yml')).toBe(false);
    expect(await here.remains()).toEqual([]);
  });

  it('says which package the archive has not', async () => {
    await using here = await workspace();
    const file = await here.descriptor({ more: 'packages: [no-such-package-here]\n', script: 'true' });
    const { exitCode, stderr } = await here.run('gbuild', [file]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'gbuild: "Installing additional packages" failed: the archive has no package "no-such-package-here"\n',
    );
    expect(stderr).toContain('\nlog: var/install.log\n');
  });

  it('tells the step that an interruption ends as interrupted', async () => {
    await using here = await workspace();
    const build = here.start('gbuild', [await here.descriptor({ script: 'sleep 1000' })]);
    const outcome = outcomeOf(build);
    const log = (): string => (here.has('var/build.log') ? here.read('var/build.log') : '');
    await until(log, (text) => text.includes('+ sleep 1000'), 60_000);
    build.kill('SIGINT');
    const { exitCode, stderr } = await outcome;
    expect(stderr).toMatch(/Running build script \(log in .*\) interrupted after \d+\.\d s\n/);
    expect(exitCode).toBe(130);
    expect(await here.remains()).toEqual([]);
  });

  it('names all base images that are missing, and how to make them', async () => {
    await using here = await BuildWorkspace.create([]);
    const file = await here.descriptor({ suites: ['bookworm', 'trixie'], script: 'true' });
    const { exitCode, stderr } = await here.run('gbuild', [file]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('there are no base images "base-bookworm-amd64", "base-trixie-amd64"\n');
    expect(stderr).toContain('hint: make-base-vm --lxc --distro debian --suite bookworm --arch amd64 && ');
    expect(here.has('build')).toBe(false);
  });

  it.each([
    ['', false],
    [' whose base image is there', true],
  ])("says that a suite%s is the other distribution's, before anything is done", async (_, isThere) => {
    await using here = isThere ? await workspace() : await BuildWorkspace.create([]);
    const file = await here.descriptor({ suites: ['bookworm'], script: 'true' });
    const text = here.read(file);
    writeFileSync(join(here.path, file), text.replace(/^distro:.*\n/m, ''));
    const { exitCode, stderr } = await here.run('gbuild', [file]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      'gbuild: the suite "bookworm" is Debian\'s, but the descriptor says "ubuntu" (the default)\n' +
        'hint: in the descriptor: distro: debian\n',
    );
    expect(here.has('build')).toBe(false);
  });

  it('says nothing but errors with --quiet', async () => {
    await using here = await workspace();
    const { stdout, stderr } = await here.run('gbuild', ['-q', await here.descriptor({ script: 'true' })]);
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
  });

  it('says that the script removed its outputs directory', async () => {
    await using here = await workspace();
    const { exitCode, stderr } = await here.run('gbuild', [
      await here.descriptor({ script: 'rm -r $OUTDIR' }),
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'gbuild: the build script removed its outputs directory in the target "bookworm-amd64"',
    );
  });

  it('refuses outputs that no manifest can hold, and writes no report', async () => {
    await using here = await workspace();
    const file = await here.descriptor({ script: String.raw`touch $OUTDIR/$'new\nline'` });
    const { exitCode, stderr } = await here.run('gbuild', [file]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(String.raw`new\nline`);
    expect(here.has('result/test-res.yml')).toBe(false);
  });
});
