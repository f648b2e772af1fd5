import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { commit, git, makeRepository } from '../../../support/workspaces/git-repository.js';
import { inputsRoom } from '../../../support/workspaces/inputs-room.js';

const here = inputsRoom();

describe('submodules', () => {
  let library: string;
  let deep: string;

  beforeEach(async () => {
    deep = await makeRepository(join(here.room, 'deep'));
    await commit(deep, { deep: 'deep' });
    library = await makeRepository(join(here.room, 'library'));
    await git(library, 'submodule', '--quiet', 'add', '../deep', 'deep');
    await commit(library, { lib: 'one' });
    await git(here.origin, 'submodule', '--quiet', 'add', library, 'lib');
    await commit(here.origin, { a: 'one' });
  });

  it('come recursively, also with relative urls', async () => {
    await here.fetch('master');
    expect(await here.text('lib/lib')).toBe('one');
    expect(await here.text('lib/deep/deep')).toBe('deep');
    expect(here.warnings()).toEqual([]);
  });

  it('follow the commit', async () => {
    await here.fetch('master');
    await commit(library, { lib: 'two' });
    await git(join(here.origin, 'lib'), 'pull', '--quiet');
    await commit(here.origin, { a: 'two' });
    await here.fetch('master');
    expect(await here.text('lib/lib')).toBe('two');
    expect(here.warnings()).toEqual([]);
  });

  it('follow a changed url', async () => {
    await here.fetch('master');
    const moved = join(here.room, 'moved');
    await rename(library, moved);
    await git(moved, 'submodule', '--quiet', 'set-url', 'deep', deep);
    await commit(moved, { lib: 'two' });
    await git(here.origin, 'submodule', '--quiet', 'set-url', 'lib', moved);
    await git(join(here.origin, 'lib'), 'pull', '--quiet', moved, 'master');
    await commit(here.origin, { a: 'two' });
    await here.fetch('master');
    expect(await here.text('lib/lib')).toBe('two');
  });

  it('are used as they are with --skip-fetch', async () => {
    const first = await git(here.origin, 'rev-parse', 'HEAD');
    await here.fetch('master');
    await commit(library, { lib: 'two' });
    await git(join(here.origin, 'lib'), 'pull', '--quiet');
    await commit(here.origin, { a: 'two' });
    await here.fetch('master');
    for (const gone of [here.origin, library, deep]) await rm(gone, { recursive: true });
    expect(await here.fetchedCommit(first, { skipFetch: true })).toBe(first);
    expect(await here.text('lib/lib')).toBe('one');
  });

  it('that are missing are not fetched with --skip-fetch', async () => {
    await here.fetch('master');
    await rm(join(here.clone, '.git/modules'), { recursive: true });
    await rm(join(here.clone, 'lib'), { recursive: true });
    await expect(here.fetch('master', { skipFetch: true })).rejects.toMatchObject({
      code: 'submodules-failed',
      exitCode: 2,
      message: `the submodules of "inputs/hello" can't be checked out: some are not here, and --skip-fetch fetches nothing`,
    });
  });

  it('with changed files are refused, and the files stay', async () => {
    await here.fetch('master');
    await writeFile(join(here.clone, 'lib/deep/deep'), 'mine');
    await commit(here.origin, { a: 'two' });
    await expect(here.fetch('master')).rejects.toMatchObject({
      code: 'clone-dirty',
      message: 'the clone "inputs/hello" has changed submodules that checking out would lose: "lib"',
    });
    expect(await here.text('lib/deep/deep')).toBe('mine');
  });

  it('with untracked files are warned of', async () => {
    await here.fetch('master');
    await writeFile(join(here.clone, 'lib/stray'), 'mine');
    await here.fetch('master');
    expect(here.warnings()).toEqual([
      '"inputs/hello" has files that belong to no commit and still get into the build: "lib"',
    ]);
  });

  it('that are gone say so', async () => {
    await rm(library, { recursive: true });
    await expect(here.fetch('master')).rejects.toMatchObject({
      code: 'submodules-failed',
      message: `the submodules of "inputs/hello" can't be checked out: there is no git repository`,
    });
  });
});
