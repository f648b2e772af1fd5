import { mkdir, rename, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { commit, git, makeRepository } from '../../../support/workspaces/git-repository.js';
import { inputsRoom } from '../../../support/workspaces/inputs-room.js';

const here = inputsRoom();

describe('a clone that exists already', () => {
  it('gets a branch that moved, also backwards', async () => {
    const first = await commit(here.origin, { a: 'one' });
    const second = await commit(here.origin, { a: 'two' });
    expect(await here.fetchedCommit('master')).toBe(second);
    await git(here.origin, 'reset', '--quiet', '--hard', first);
    const third = await commit(here.origin, { a: 'three' });
    expect(await here.fetchedCommit('master')).toBe(third);
    expect(await here.text('a')).toBe('three');
  });

  it('gets a tag that moved, and says so', async () => {
    const first = await commit(here.origin, { a: 'one' });
    await git(here.origin, 'tag', 'v1');
    await here.fetch('v1');
    const second = await commit(here.origin, { a: 'two' });
    await git(here.origin, 'tag', '--force', 'v1');
    expect(await here.fetchedCommit('v1')).toBe(second);
    expect(here.warnings()).toEqual([
      `the tag "v1" of "hello" has moved from ${first} to ${second} since it was fetched`,
    ]);
  });

  it('is fetched from another url', async () => {
    await commit(here.origin, { a: 'one' });
    await here.fetch('master');
    const other = await makeRepository(join(here.room, 'other'));
    const hash = await commit(other, { b: 'other' });
    expect(await here.fetchedCommit('master', { urls: new Map([['hello', other]]) })).toBe(hash);
    expect(await git(here.clone, 'ls-files')).toBe('b');
  });

  it('needs no server for a whole hash that it has', async () => {
    const first = await commit(here.origin, { a: 'one' });
    await commit(here.origin, { a: 'two' });
    await here.fetch('master');
    await rename(here.origin, join(here.room, 'gone'));
    expect(await here.fetchedCommit(first)).toBe(first);
  });

  it('made by the user, on a branch: HEAD leaves the branch, whose files stay right', async () => {
    await commit(here.origin, { a: 'one' });
    await mkdir(join(here.room, 'workspace/inputs'), { recursive: true });
    await git(here.room, 'clone', '--quiet', here.origin, here.clone);
    const second = await commit(here.origin, { a: 'two' });
    expect(await here.fetchedCommit('master')).toBe(second);
    expect(await here.text('a')).toBe('two');
    expect(await git(here.clone, 'status', '--porcelain')).toBe('');
  });

  it('has its files read whole for being as old as its index once, not each time', async () => {
    await commit(here.origin, { a: 'one' });
    await here.fetch('master');
    const index = join(here.clone, '.git/index');
    const { mtime } = await stat(join(here.clone, 'a'));
    await utimes(index, mtime, mtime);
    await here.fetch('master');
    expect((await stat(index)).mtimeMs).toBeGreaterThan(mtime.getTime());
  });

  it('may be a link to a clone elsewhere', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    await git(here.room, 'clone', '--quiet', here.origin, join(here.room, 'elsewhere'));
    await mkdir(join(here.room, 'workspace/inputs'), { recursive: true });
    await symlink(join(here.room, 'elsewhere'), here.clone);
    expect(await here.fetchedCommit('master')).toBe(hash);
  });

  it('was left by an init that broke off', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    await mkdir(join(here.clone, '.git/objects'), { recursive: true });
    expect(await here.fetchedCommit('master')).toBe(hash);
  });

  it.each([
    [
      'a folder of something else',
      async () => writeFile(join(here.clone, 'README'), ''),
      'it is no git clone',
    ],
    ['a bare repository', async () => git(here.clone, 'init', '--bare', '--quiet'), 'it is no git clone'],
    [
      'a broken clone, also inside of another repository',
      async (): Promise<void> => {
        await makeRepository(join(here.room, 'workspace'));
        await mkdir(join(here.clone, '.git'));
        await writeFile(join(here.clone, 'README'), '');
      },
      `not a git repository (or any of the parent directories): .git`,
    ],
  ])('%s is refused and stays as it is', async (_, make, reason) => {
    await commit(here.origin, { a: 'one' });
    await mkdir(here.clone, { recursive: true });
    await make();
    await expect(here.fetch('master')).rejects.toMatchObject({
      code: 'clone-unusable',
      exitCode: 2,
      message: `the clone "inputs/hello" can't be used: ${reason}`,
    });
  });
});

describe('a clone that is dirty', () => {
  let first: string;

  beforeEach(async () => {
    first = await commit(here.origin, { a: 'one', b: 'one', '.gitignore': '*.o\n' });
    await here.fetch('master');
    here.events = [];
  });

  it('is refused where checking out would lose a change, and the change stays', async () => {
    await writeFile(join(here.clone, 'a'), 'mine');
    await commit(here.origin, { a: 'two' });
    await expect(here.fetch('master')).rejects.toMatchObject({
      code: 'clone-dirty',
      exitCode: 2,
      message: 'the clone "inputs/hello" has changes that checking out would lose: "a"',
    });
    expect(await here.text('a')).toBe('mine');
    expect(await git(here.clone, 'rev-parse', 'HEAD')).toBe(first);
  });

  it('is refused where an untracked file is in the way, and the file stays', async () => {
    await writeFile(join(here.clone, 'c'), 'mine');
    await commit(here.origin, { c: 'theirs' });
    await expect(here.fetch('master')).rejects.toMatchObject({
      code: 'clone-dirty',
      message: 'the clone "inputs/hello" has files in the way that checking out would lose: "c"',
    });
    expect(await here.text('c')).toBe('mine');
  });

  it('is used, with a warning, where the change is in the way of nothing', async () => {
    await writeFile(join(here.clone, 'b'), 'mine');
    await writeFile(join(here.clone, 'untracked'), 'mine');
    const second = await commit(here.origin, { a: 'two' });
    expect(await here.fetchedCommit('master')).toBe(second);
    expect(await here.text('b')).toBe('mine');
    expect(await here.text('untracked')).toBe('mine');
    expect(here.warnings()).toEqual([
      'the build leaves out what was changed in "inputs/hello" and not committed: "b"',
    ]);
  });

  it('is refused in the middle of a merge', async () => {
    await git(here.clone, 'checkout', '--quiet', '-b', 'mine');
    await commit(here.clone, { a: 'mine' });
    await commit(here.origin, { a: 'two' });
    await git(here.clone, 'fetch', '--quiet', here.origin, 'master');
    await expect(git(here.clone, 'merge', 'FETCH_HEAD')).rejects.toThrow();
    await expect(here.fetch('master')).rejects.toMatchObject({
      code: 'clone-dirty',
      message: 'the clone "inputs/hello" has conflicts that checking out would lose: "a"',
    });
  });

  it('warns of ignored files, which get into the build', async () => {
    await writeFile(join(here.clone, 'x.o'), '');
    await here.fetch('master');
    expect(here.warnings()).toEqual([
      '"inputs/hello" has files that belong to no commit and still get into the build: "x.o"',
    ]);
  });

  it('that is broken is told', async () => {
    await writeFile(join(here.clone, '.git/index'), 'no index');
    await expect(here.fetch('master')).rejects.toMatchObject({
      code: 'clone-unusable',
      exitCode: 2,
      message: expect.stringContaining('"inputs/hello"') as string,
    });
  });
});
