import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commit, git } from '../../../support/workspaces/git-repository.js';
import { inputsRoom } from '../../../support/workspaces/inputs-room.js';

const here = inputsRoom();

describe('--skip-fetch', () => {
  const skipFetch = true;

  it('uses what is there: branch, tag, hash, abbreviated', async () => {
    const first = await commit(here.origin, { a: 'one' });
    await git(here.origin, 'tag', '-a', '-m', 'v1', 'v1');
    const second = await commit(here.origin, { a: 'two' });
    await here.fetch('master', { fetchTags: true });
    await rm(here.origin, { recursive: true });
    expect(await here.fetchedCommit('v1', { skipFetch })).toBe(first);
    expect(await here.text('a')).toBe('one');
    expect(await here.fetchedCommit('master', { skipFetch })).toBe(second);
    expect(await here.fetchedCommit(first, { skipFetch })).toBe(first);
    expect(await here.fetchedCommit(second.slice(0, 10), { skipFetch })).toBe(second);
    expect(await here.fetchedCommit('HEAD', { skipFetch })).toBe(second);
  });

  it('finds the branches of a clone that the user made', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    await git(here.origin, 'branch', 'side');
    await mkdir(join(here.room, 'workspace/inputs'), { recursive: true });
    await git(here.room, 'clone', '--quiet', here.origin, here.clone);
    expect(await here.fetchedCommit('side', { skipFetch })).toBe(hash);
  });

  it('does not see what is new', async () => {
    const first = await commit(here.origin, { a: 'one' });
    await here.fetch('master');
    await commit(here.origin, { a: 'two' });
    expect(await here.fetchedCommit('master', { skipFetch })).toBe(first);
  });

  it('says that a commit is not here', async () => {
    await commit(here.origin, { a: 'one' });
    await here.fetch('master');
    for (const wanted of ['v9', '0123456789', 'f'.repeat(40)]) {
      await expect(here.fetch(wanted, { skipFetch })).rejects.toMatchObject({
        code: 'commit-not-found',
        exitCode: 2,
        message: `"hello" has no commit "${wanted}" in "inputs/hello"`,
        hint: 'run it without --skip-fetch',
      });
    }
  });

  it('makes no clone', async () => {
    await commit(here.origin, { a: 'one' });
    await expect(here.fetch('master', { skipFetch })).rejects.toMatchObject({
      code: 'clone-unusable',
      message: `the clone "inputs/hello" can't be used: there is nothing in it, and --skip-fetch fetches nothing`,
    });
  });
});
