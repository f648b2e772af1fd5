import { renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseImages, cannotBuild } from '../../support/base-image.js';
import { BuildWorkspace } from '../../support/workspaces/build-workspace.js';
import type { Outcome } from '../../support/commands.js';
import { Pause } from '../../support/faults/calls/pause.js';
import { commit, git, makeRepository } from '../../support/workspaces/git-repository.js';
import { outcomeOf } from '../../support/running-command.js';

describe.skipIf(cannotBuild)('inputs that change between hashing and copying (root or sudo)', () => {
  let here: BuildWorkspace;
  let file: string;
  let args: string[];
  const at = (path: string): string => join(here.path, path);
  beforeAll(async () => {
    here = await BuildWorkspace.create(baseImages('bookworm', ['amd64']));
    const library = await makeRepository(at('library'));
    await commit(library, { lib: 'lib' });
    const repository = await makeRepository(at('repository'));
    await commit(repository, { file: 'old', '.gitignore': '*.o\n' });
    await git(repository, 'submodule', '--quiet', 'add', library, 'sub');
    const head = await commit(repository, { file: 'committed' });
    file = await here.descriptor({
      more: `files: [tarball, link]\nremotes: [{url: ${repository}, dir: clone}]\n`,
      script: 'cat tarball link clone/file clone/sub/lib >$OUTDIR/all',
    });
    args = ['--commit', `clone=${head}`, file];
    writeFileSync(at('inputs/tarball'), 'tarball');
    writeFileSync(at('elsewhere'), 'linked');
    symlinkSync('../elsewhere', at('inputs/link'));
  });
  afterAll(async () => {
    await here[Symbol.asyncDispose]();
  });

  /** Builds, and does something when the packages are there and the inputs aren't yet. */
  async function builtWith(change: () => unknown): Promise<Outcome> {
    using pause = new Pause({ step: 'Preparing build environment', time: 1 });
    const build = here.start('gbuild', args, pause.env);
    const ended = outcomeOf(build);
    try {
      expect(await pause.held(() => build.exitCode !== null)).toBe(true);
      await change();
    } finally {
      pause.release();
    }
    return await ended;
  }

  it.each<[what: string, input: string, change: () => unknown]>([
    [
      'a file of the same size and time',
      'tarball',
      () => {
        const { atime, mtime } = statSync(at('inputs/tarball'));
        writeFileSync(at('inputs/tarball'), 'TARBALL');
        utimesSync(at('inputs/tarball'), atime, mtime);
      },
    ],
    [
      'a file in the place of another',
      'tarball',
      () => {
        writeFileSync(at('new'), 'tarball');
        renameSync(at('new'), at('inputs/tarball'));
      },
    ],
    [
      'what a link leads to',
      'link',
      () => {
        writeFileSync(at('elsewhere'), 'other');
      },
    ],
    [
      'a file that is gone',
      'tarball',
      () => {
        renameSync(at('inputs/tarball'), at('gone'));
      },
    ],
    ['another commit', 'clone', async () => git(at('inputs/clone'), 'checkout', '--quiet', 'HEAD^')],
    [
      'a file of a submodule',
      'clone',
      () => {
        writeFileSync(at('inputs/clone/sub/lib'), 'edited');
      },
    ],
    [
      'a file that git ignores',
      'clone',
      () => {
        writeFileSync(at('inputs/clone/made.o'), '');
      },
    ],
  ])('%s: the build fails with exit 2, and names the input', async (_, input, change) => {
    writeFileSync(at('inputs/tarball'), 'tarball');
    writeFileSync(at('elsewhere'), 'linked');
    await git(
      at('inputs/clone'),
      'submodule',
      'foreach',
      '--quiet',
      'git',
      'reset',
      '--quiet',
      '--hard',
    ).catch(() => undefined);
    const { exitCode, stdout, stderr } = await builtWith(change);
    expect(stderr).toMatch(
      new RegExp(
        `\ngbuild: the input "${input}" was changed while the build went on\n` +
          'hint: run it again, and leave what is in inputs/ alone until it ends\n$',
      ),
    );
    expect([exitCode, stdout, here.has('result')]).toEqual([2, '', false]);
    expect(await here.remains()).toEqual([]);
  });

  it('what a user edits in a clone does not get in, and keeps no build from its end', async () => {
    await git(at('inputs/clone'), 'submodule', 'foreach', '--quiet', 'git', 'reset', '--quiet', '--hard');
    const { exitCode, stderr } = await builtWith(async () => {
      writeFileSync(at('inputs/clone/file'), 'edited');
      writeFileSync(at('inputs/clone/stray'), '');
      await git(at('inputs/clone'), 'status');
    });
    expect(exitCode, stderr).toBe(0);
    expect(here.read('build/out/all')).toBe('tarballlinkedcommittedlib');
  });
});
