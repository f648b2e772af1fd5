import { beforeEach, describe, expect, it } from 'vitest';
import { commit, git } from '../../../support/workspaces/git-repository.js';
import { inputsRoom } from '../../../support/workspaces/inputs-room.js';

const here = inputsRoom();

describe('what is wanted', () => {
  it('is a branch', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    const inputs = await here.fetch('master');
    expect(inputs.remotes).toMatchObject([{ dir: 'hello', commit: hash, authorDate: '2014-11-17 01:30:15' }]);
    expect(inputs.manifest).toBe(`${'d'.repeat(64)}  hello-desc.yml\ngit:${hash} hello`);
    expect(await here.text('a')).toBe('one');
    expect(await git(here.clone, 'status', '--porcelain')).toBe('');
    expect(here.events).toEqual([]);
  });

  it('is a branch with a slash in its name', async () => {
    await git(here.origin, 'checkout', '--quiet', '-b', 'feature/x.1');
    const hash = await commit(here.origin, { a: 'one' });
    expect(await here.fetchedCommit('feature/x.1')).toBe(hash);
  });

  it('is a light tag', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    await git(here.origin, 'tag', 'v1');
    await commit(here.origin, { a: 'two' });
    expect(await here.fetchedCommit('v1')).toBe(hash);
  });

  it('is an annotated tag: the commit is listed, and the tag itself is there', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    await git(here.origin, 'tag', '-a', '-m', 'version 1', 'v1');
    await commit(here.origin, { a: 'two' });
    expect(await here.fetchedCommit('v1')).toBe(hash);
    expect(await git(here.clone, 'cat-file', '-t', 'v1')).toBe('tag');
    expect(await git(here.clone, 'describe')).toBe('v1');
  });

  it('is a whole hash', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    await commit(here.origin, { a: 'two' });
    expect(await here.fetchedCommit(hash.toUpperCase())).toBe(hash);
  });

  it('is the hash of a tag object', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    await git(here.origin, 'tag', '-a', '-m', 'version 1', 'v1');
    expect(await here.fetchedCommit(await git(here.origin, 'rev-parse', 'v1'))).toBe(hash);
  });

  it('is an abbreviated hash, which brings no tags either', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    await commit(here.origin, { a: 'two' });
    await git(here.origin, 'tag', 'v2');
    expect(await here.fetchedCommit(hash.slice(0, 8))).toBe(hash);
    expect(await here.refs()).toEqual([]);
    expect(await git(here.clone, 'describe', '--tags', '--always')).toBe(hash.slice(0, 7));
  });

  it('is a tag whose name could be the beginning of a hash', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    await git(here.origin, 'tag', '20141116');
    expect(await here.fetchedCommit('20141116')).toBe(hash);
  });

  it('is a ref of another kind, by its whole name', async () => {
    const first = await commit(here.origin, { a: 'one' });
    const hash = await commit(here.origin, { a: 'two' });
    await git(here.origin, 'update-ref', 'refs/pull/7/merge', hash);
    await git(here.origin, 'reset', '--quiet', '--hard', first);
    expect(await here.fetchedCommit('refs/pull/7/merge')).toBe(hash);
    expect(await here.refs()).toEqual([]);
  });

  it('is both a tag and a branch: refused when they differ, and then named in full', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    await git(here.origin, 'tag', 'both');
    await git(here.origin, 'branch', 'both');
    expect(await here.fetchedCommit('both')).toBe(hash);
    const branch = await commit(here.origin, { a: 'two' });
    await git(here.origin, 'branch', '--force', 'both');
    await expect(here.fetch('both')).rejects.toMatchObject({
      code: 'commit-ambiguous',
      exitCode: 2,
      message: '"both" of "hello" could be any of refs/tags/both, refs/heads/both',
    });
    expect(await here.fetchedCommit('refs/heads/both')).toBe(branch);
    expect(await here.fetchedCommit('refs/tags/both')).toBe(hash);
  });

  it('is dated by its author, in UTC, and not by who committed it', async () => {
    await commit(here.origin, { a: 'one' });
    const [hello] = (await here.fetch('master')).remotes;
    expect(hello?.authorDate).toBe('2014-11-17 01:30:15');
  });
});

describe('what comes with it', () => {
  beforeEach(async () => {
    await commit(here.origin, { a: 'one' });
    await git(here.origin, 'tag', 'v1');
    await commit(here.origin, { a: 'two' });
    await git(here.origin, 'tag', 'v2');
    await git(here.origin, 'branch', 'side');
  });

  it('with a branch: nothing else', async () => {
    await here.fetch('master');
    expect(await here.refs()).toEqual(['refs/heads/master']);
  });

  it('with a hash: nothing else', async () => {
    await here.fetch(await git(here.origin, 'rev-parse', 'v1'));
    expect(await here.refs()).toEqual([]);
  });

  it('with a tag: the tags in its history, as git has it', async () => {
    await here.fetch('v2');
    expect(await here.refs()).toEqual(['refs/tags/v1', 'refs/tags/v2']);
  });

  it('with --fetch-tags: all tags', async () => {
    await here.fetch('master', { fetchTags: true });
    expect(await here.refs()).toEqual(['refs/heads/master', 'refs/tags/v1', 'refs/tags/v2']);
    expect(await git(here.clone, 'describe', '--tags')).toBe('v2');
  });

  it('with --fetch-branches: all branches', async () => {
    await here.fetch('v1', { fetchBranches: true });
    expect(await here.refs()).toEqual(expect.arrayContaining(['refs/heads/master', 'refs/heads/side']));
  });
});
