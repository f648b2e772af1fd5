import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchInputs, type InputOptions, type Inputs } from '../../../src/build/inputs.js';
import type { GitianEvent } from '../../../src/core/events.js';
import { Workspace } from '../../../src/core/workspace.js';
import { commit, git, makeRepository } from '../../support/git-repository.js';

const nothingSaid: InputOptions = {
  commits: new Map(),
  urls: new Map(),
  skipFetch: false,
  fetchBranches: false,
  fetchTags: false,
};

let room: string;
let origin: string;
let clone: string;
let events: GitianEvent[];

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'gitian-inputs-'));
  origin = await makeRepository(join(room, 'origin'));
  clone = join(room, 'workspace/inputs/hello');
  events = [];
});

afterEach(async () => {
  await rm(room, { recursive: true, force: true });
});

async function fetchHello(
  wanted: string | undefined,
  options: Partial<InputOptions> = {},
  url = origin,
): Promise<Inputs> {
  return fetchInputs(
    { name: 'hello', files: [], remotes: [{ dir: 'hello', url, commit: wanted }] },
    { ...nothingSaid, ...options },
    {
      workspace: new Workspace(join(room, 'workspace')),
      emit: (event) => events.push(event),
      signal: new AbortController().signal,
      descriptorSha256: 'd'.repeat(64),
    },
  );
}

async function fetchedCommit(
  wanted: string,
  options: Partial<InputOptions> = {},
  url = origin,
): Promise<string> {
  const { remotes } = await fetchHello(wanted, options, url);
  const [hello] = remotes;
  expect(await git(clone, 'rev-parse', 'HEAD')).toBe(hello?.commit);
  await expect(git(clone, 'symbolic-ref', '--quiet', 'HEAD')).rejects.toThrow('exited with 1');
  return hello?.commit ?? '';
}

async function text(name: string): Promise<string> {
  return readFile(join(clone, name), 'utf8');
}

async function refs(): Promise<string[]> {
  return (await git(clone, 'for-each-ref', '--format=%(refname)'))
    .split('\n')
    .filter((ref) => !ref.startsWith('refs/gitian/'));
}

function warnings(): string[] {
  return events.flatMap((event) => (event.kind === 'warning' ? [event.text] : []));
}

describe('what is wanted', () => {
  it('is a branch', async () => {
    const hash = await commit(origin, { a: 'one' });
    const inputs = await fetchHello('master');
    expect(inputs.remotes).toEqual([{ dir: 'hello', commit: hash, authorDate: '2014-11-17 01:30:15' }]);
    expect(inputs.manifest).toBe(`${'d'.repeat(64)}  hello-desc.yml\ngit:${hash} hello`);
    expect(await text('a')).toBe('one');
    expect(await git(clone, 'status', '--porcelain')).toBe('');
    expect(events).toEqual([]);
  });

  it('is a branch with a slash in its name', async () => {
    await git(origin, 'checkout', '--quiet', '-b', 'feature/x.1');
    const hash = await commit(origin, { a: 'one' });
    expect(await fetchedCommit('feature/x.1')).toBe(hash);
  });

  it('is a light tag', async () => {
    const hash = await commit(origin, { a: 'one' });
    await git(origin, 'tag', 'v1');
    await commit(origin, { a: 'two' });
    expect(await fetchedCommit('v1')).toBe(hash);
  });

  it('is an annotated tag: the commit is listed, and the tag itself is there', async () => {
    const hash = await commit(origin, { a: 'one' });
    await git(origin, 'tag', '-a', '-m', 'version 1', 'v1');
    await commit(origin, { a: 'two' });
    expect(await fetchedCommit('v1')).toBe(hash);
    expect(await git(clone, 'cat-file', '-t', 'v1')).toBe('tag');
    expect(await git(clone, 'describe')).toBe('v1');
  });

  it('is a whole hash', async () => {
    const hash = await commit(origin, { a: 'one' });
    await commit(origin, { a: 'two' });
    expect(await fetchedCommit(hash.toUpperCase())).toBe(hash);
  });

  it('is the hash of a tag object', async () => {
    const hash = await commit(origin, { a: 'one' });
    await git(origin, 'tag', '-a', '-m', 'version 1', 'v1');
    expect(await fetchedCommit(await git(origin, 'rev-parse', 'v1'))).toBe(hash);
  });

  it('is an abbreviated hash, which brings no tags either', async () => {
    const hash = await commit(origin, { a: 'one' });
    await commit(origin, { a: 'two' });
    await git(origin, 'tag', 'v2');
    expect(await fetchedCommit(hash.slice(0, 8))).toBe(hash);
    expect(await refs()).toEqual([]);
    expect(await git(clone, 'describe', '--tags', '--always')).toBe(hash.slice(0, 7));
  });

  it('is a tag whose name could be the beginning of a hash', async () => {
    const hash = await commit(origin, { a: 'one' });
    await git(origin, 'tag', '20141116');
    expect(await fetchedCommit('20141116')).toBe(hash);
  });

  it('is a ref of another kind, by its whole name', async () => {
    const first = await commit(origin, { a: 'one' });
    const hash = await commit(origin, { a: 'two' });
    await git(origin, 'update-ref', 'refs/pull/7/merge', hash);
    await git(origin, 'reset', '--quiet', '--hard', first);
    expect(await fetchedCommit('refs/pull/7/merge')).toBe(hash);
    expect(await refs()).toEqual([]);
  });

  it('is both a tag and a branch: refused when they differ, and then named in full', async () => {
    const hash = await commit(origin, { a: 'one' });
    await git(origin, 'tag', 'both');
    await git(origin, 'branch', 'both');
    expect(await fetchedCommit('both')).toBe(hash);
    const branch = await commit(origin, { a: 'two' });
    await git(origin, 'branch', '--force', 'both');
    await expect(fetchHello('both')).rejects.toMatchObject({
      code: 'commit-ambiguous',
      exitCode: 2,
      message: '"both" of "hello" could be any of refs/tags/both, refs/heads/both',
    });
    expect(await fetchedCommit('refs/heads/both')).toBe(branch);
    expect(await fetchedCommit('refs/tags/both')).toBe(hash);
  });

  it('is dated by its author, in UTC, and not by who committed it', async () => {
    await commit(origin, { a: 'one' });
    const [hello] = (await fetchHello('master')).remotes;
    expect(hello?.authorDate).toBe('2014-11-17 01:30:15');
  });
});

describe('what comes with it', () => {
  beforeEach(async () => {
    await commit(origin, { a: 'one' });
    await git(origin, 'tag', 'v1');
    await commit(origin, { a: 'two' });
    await git(origin, 'tag', 'v2');
    await git(origin, 'branch', 'side');
  });

  it('with a branch: nothing else', async () => {
    await fetchHello('master');
    expect(await refs()).toEqual(['refs/heads/master']);
  });

  it('with a hash: nothing else', async () => {
    await fetchHello(await git(origin, 'rev-parse', 'v1'));
    expect(await refs()).toEqual([]);
  });

  it('with a tag: the tags in its history, as git has it', async () => {
    await fetchHello('v2');
    expect(await refs()).toEqual(['refs/tags/v1', 'refs/tags/v2']);
  });

  it('with --fetch-tags: all tags', async () => {
    await fetchHello('master', { fetchTags: true });
    expect(await refs()).toEqual(['refs/heads/master', 'refs/tags/v1', 'refs/tags/v2']);
    expect(await git(clone, 'describe', '--tags')).toBe('v2');
  });

  it('with --fetch-branches: all branches', async () => {
    await fetchHello('v1', { fetchBranches: true });
    expect(await refs()).toEqual(expect.arrayContaining(['refs/heads/master', 'refs/heads/side']));
  });
});

describe('a clone that exists already', () => {
  it('gets a branch that moved, also backwards', async () => {
    const first = await commit(origin, { a: 'one' });
    const second = await commit(origin, { a: 'two' });
    expect(await fetchedCommit('master')).toBe(second);
    await git(origin, 'reset', '--quiet', '--hard', first);
    const third = await commit(origin, { a: 'three' });
    expect(await fetchedCommit('master')).toBe(third);
    expect(await text('a')).toBe('three');
  });

  it('gets a tag that moved, and says so', async () => {
    const first = await commit(origin, { a: 'one' });
    await git(origin, 'tag', 'v1');
    await fetchHello('v1');
    const second = await commit(origin, { a: 'two' });
    await git(origin, 'tag', '--force', 'v1');
    expect(await fetchedCommit('v1')).toBe(second);
    expect(warnings()).toEqual([
      `the tag "v1" of "hello" has moved from ${first} to ${second} since it was fetched`,
    ]);
  });

  it('is fetched from another url', async () => {
    await commit(origin, { a: 'one' });
    await fetchHello('master');
    const other = await makeRepository(join(room, 'other'));
    const hash = await commit(other, { b: 'other' });
    expect(await fetchedCommit('master', { urls: new Map([['hello', other]]) })).toBe(hash);
    expect(await git(clone, 'ls-files')).toBe('b');
  });

  it('needs no server for a whole hash that it has', async () => {
    const first = await commit(origin, { a: 'one' });
    await commit(origin, { a: 'two' });
    await fetchHello('master');
    await rename(origin, join(room, 'gone'));
    expect(await fetchedCommit(first)).toBe(first);
  });

  it('made by the user, on a branch: HEAD leaves the branch, whose files stay right', async () => {
    await commit(origin, { a: 'one' });
    await mkdir(join(room, 'workspace/inputs'), { recursive: true });
    await git(room, 'clone', '--quiet', origin, clone);
    const second = await commit(origin, { a: 'two' });
    expect(await fetchedCommit('master')).toBe(second);
    expect(await text('a')).toBe('two');
    expect(await git(clone, 'status', '--porcelain')).toBe('');
  });

  it('may be a link to a clone elsewhere', async () => {
    const hash = await commit(origin, { a: 'one' });
    await git(room, 'clone', '--quiet', origin, join(room, 'elsewhere'));
    await mkdir(join(room, 'workspace/inputs'), { recursive: true });
    await symlink(join(room, 'elsewhere'), clone);
    expect(await fetchedCommit('master')).toBe(hash);
  });

  it('was left by an init that broke off', async () => {
    const hash = await commit(origin, { a: 'one' });
    await mkdir(join(clone, '.git/objects'), { recursive: true });
    expect(await fetchedCommit('master')).toBe(hash);
  });

  it.each([
    ['a folder of something else', async () => writeFile(join(clone, 'README'), ''), 'it is no git clone'],
    ['a bare repository', async () => git(clone, 'init', '--bare', '--quiet'), 'it is no git clone'],
    [
      'a broken clone, also inside of another repository',
      async (): Promise<void> => {
        await makeRepository(join(room, 'workspace'));
        await mkdir(join(clone, '.git'));
        await writeFile(join(clone, 'README'), '');
      },
      `not a git repository (or any of the parent directories): .git`,
    ],
  ])('%s is refused and stays as it is', async (_, make, reason) => {
    await commit(origin, { a: 'one' });
    await mkdir(clone, { recursive: true });
    await make();
    await expect(fetchHello('master')).rejects.toMatchObject({
      code: 'clone-unusable',
      exitCode: 2,
      message: `the clone "inputs/hello" can't be used: ${reason}`,
    });
  });
});

describe('a clone that is dirty', () => {
  let first: string;

  beforeEach(async () => {
    first = await commit(origin, { a: 'one', b: 'one', '.gitignore': '*.o\n' });
    await fetchHello('master');
    events = [];
  });

  it('is refused where checking out would lose a change, and the change stays', async () => {
    await writeFile(join(clone, 'a'), 'mine');
    await commit(origin, { a: 'two' });
    await expect(fetchHello('master')).rejects.toMatchObject({
      code: 'clone-dirty',
      exitCode: 2,
      message: 'the clone "inputs/hello" has changes that checking out would lose: "a"',
    });
    expect(await text('a')).toBe('mine');
    expect(await git(clone, 'rev-parse', 'HEAD')).toBe(first);
  });

  it('is refused where an untracked file is in the way, and the file stays', async () => {
    await writeFile(join(clone, 'c'), 'mine');
    await commit(origin, { c: 'theirs' });
    await expect(fetchHello('master')).rejects.toMatchObject({
      code: 'clone-dirty',
      message: 'the clone "inputs/hello" has files in the way that checking out would lose: "c"',
    });
    expect(await text('c')).toBe('mine');
  });

  it('is used, with a warning, where the change is in the way of nothing', async () => {
    await writeFile(join(clone, 'b'), 'mine');
    await writeFile(join(clone, 'untracked'), 'mine');
    const second = await commit(origin, { a: 'two' });
    expect(await fetchedCommit('master')).toBe(second);
    expect(await text('b')).toBe('mine');
    expect(await text('untracked')).toBe('mine');
    expect(warnings()).toEqual([
      'the build leaves out what was changed in "inputs/hello" and not committed: "b"',
    ]);
  });

  it('is refused in the middle of a merge', async () => {
    await git(clone, 'checkout', '--quiet', '-b', 'mine');
    await commit(clone, { a: 'mine' });
    await commit(origin, { a: 'two' });
    await git(clone, 'fetch', '--quiet', origin, 'master');
    await expect(git(clone, 'merge', 'FETCH_HEAD')).rejects.toThrow();
    await expect(fetchHello('master')).rejects.toMatchObject({
      code: 'clone-dirty',
      message: 'the clone "inputs/hello" has conflicts that checking out would lose: "a"',
    });
  });

  it('warns of ignored files, which get into the build', async () => {
    await writeFile(join(clone, 'x.o'), '');
    await fetchHello('master');
    expect(warnings()).toEqual([
      '"inputs/hello" has files that belong to no commit and still get into the build: "x.o"',
    ]);
  });
});

describe('--skip-fetch', () => {
  const skipFetch = true;

  it('uses what is there: branch, tag, hash, abbreviated', async () => {
    const first = await commit(origin, { a: 'one' });
    await git(origin, 'tag', '-a', '-m', 'v1', 'v1');
    const second = await commit(origin, { a: 'two' });
    await fetchHello('master', { fetchTags: true });
    await rm(origin, { recursive: true });
    expect(await fetchedCommit('v1', { skipFetch })).toBe(first);
    expect(await text('a')).toBe('one');
    expect(await fetchedCommit('master', { skipFetch })).toBe(second);
    expect(await fetchedCommit(first, { skipFetch })).toBe(first);
    expect(await fetchedCommit(second.slice(0, 10), { skipFetch })).toBe(second);
    expect(await fetchedCommit('HEAD', { skipFetch })).toBe(second);
  });

  it('finds the branches of a clone that the user made', async () => {
    const hash = await commit(origin, { a: 'one' });
    await git(origin, 'branch', 'side');
    await mkdir(join(room, 'workspace/inputs'), { recursive: true });
    await git(room, 'clone', '--quiet', origin, clone);
    expect(await fetchedCommit('side', { skipFetch })).toBe(hash);
  });

  it('does not see what is new', async () => {
    const first = await commit(origin, { a: 'one' });
    await fetchHello('master');
    await commit(origin, { a: 'two' });
    expect(await fetchedCommit('master', { skipFetch })).toBe(first);
  });

  it('says that a commit is not here', async () => {
    await commit(origin, { a: 'one' });
    await fetchHello('master');
    for (const wanted of ['v9', '0123456789', 'f'.repeat(40)]) {
      await expect(fetchHello(wanted, { skipFetch })).rejects.toMatchObject({
        code: 'commit-not-found',
        exitCode: 2,
        message: `"hello" has no commit "${wanted}" in "inputs/hello"`,
        hint: 'run it without --skip-fetch',
      });
    }
  });

  it('makes no clone', async () => {
    await commit(origin, { a: 'one' });
    await expect(fetchHello('master', { skipFetch })).rejects.toMatchObject({
      code: 'clone-unusable',
      message: `the clone "inputs/hello" can't be used: there is nothing in it, and --skip-fetch fetches nothing`,
    });
  });
});

describe('what can not be had', () => {
  beforeEach(async () => {
    await commit(origin, { a: 'one' });
  });

  it.each(['nosuch', '0123456789', 'f'.repeat(40), 'refs/pull/1/head'])('the commit %s', async (wanted) => {
    await expect(fetchHello(wanted)).rejects.toMatchObject({
      code: 'commit-not-found',
      exitCode: 2,
      message: `"hello" has no commit "${wanted}" at "${origin}"`,
    });
  });

  it('an abbreviated hash that is too short to be one commit', async () => {
    // Among 18 commits two begin alike in one digit; git wants four, so look for two alike in four.
    const seen = new Map<string, string>();
    let twins: [string, string] | undefined;
    const tree = await git(origin, 'write-tree');
    for (let n = 0; twins === undefined && n < 2000; n++) {
      const hash = await git(origin, 'commit-tree', tree, '-m', String(n));
      const other = seen.get(hash.slice(0, 4));
      if (other !== undefined) twins = [other, hash];
      seen.set(hash.slice(0, 4), hash);
    }
    const [one = '', two = ''] = twins ?? [];
    await git(origin, 'branch', 'one', one);
    await git(origin, 'branch', 'two', two);
    await expect(fetchHello(one.slice(0, 4))).rejects.toMatchObject({
      code: 'commit-ambiguous',
      exitCode: 2,
    });
  });

  it('a repository that is not there, with where a relative url is taken from', async () => {
    await expect(fetchHello('master', {}, join(room, 'nosuch'))).rejects.toMatchObject({
      code: 'fetch-failed',
      exitCode: 2,
      message: `"hello" can't be fetched from "${join(room, 'nosuch')}": there is no git repository`,
    });
    await expect(fetchHello('master', {}, '../nosuch')).rejects.toMatchObject({
      hint: 'a relative url is taken from inputs/hello; check it',
    });
  });

  it('a url relative to the clone works', async () => {
    expect(await fetchedCommit('master', {}, '../../../origin')).toBe(await git(origin, 'rev-parse', 'HEAD'));
  });

  it('a file url works', async () => {
    expect(await fetchedCommit('master', {}, `file://${origin}`)).toBe(
      await git(origin, 'rev-parse', 'HEAD'),
    );
  });
});

describe('submodules', () => {
  let library: string;
  let deep: string;

  beforeEach(async () => {
    deep = await makeRepository(join(room, 'deep'));
    await commit(deep, { deep: 'deep' });
    library = await makeRepository(join(room, 'library'));
    await git(library, 'submodule', '--quiet', 'add', '../deep', 'deep');
    await commit(library, { lib: 'one' });
    await git(origin, 'submodule', '--quiet', 'add', library, 'lib');
    await commit(origin, { a: 'one' });
  });

  it('come recursively, also with relative urls', async () => {
    await fetchHello('master');
    expect(await text('lib/lib')).toBe('one');
    expect(await text('lib/deep/deep')).toBe('deep');
    expect(warnings()).toEqual([]);
  });

  it('follow the commit', async () => {
    await fetchHello('master');
    await commit(library, { lib: 'two' });
    await git(join(origin, 'lib'), 'pull', '--quiet');
    await commit(origin, { a: 'two' });
    await fetchHello('master');
    expect(await text('lib/lib')).toBe('two');
    expect(warnings()).toEqual([]);
  });

  it('follow a changed url', async () => {
    await fetchHello('master');
    const moved = join(room, 'moved');
    await rename(library, moved);
    await git(moved, 'submodule', '--quiet', 'set-url', 'deep', deep);
    await commit(moved, { lib: 'two' });
    await git(origin, 'submodule', '--quiet', 'set-url', 'lib', moved);
    await git(join(origin, 'lib'), 'pull', '--quiet', moved, 'master');
    await commit(origin, { a: 'two' });
    await fetchHello('master');
    expect(await text('lib/lib')).toBe('two');
  });

  it('are used as they are with --skip-fetch', async () => {
    const first = await git(origin, 'rev-parse', 'HEAD');
    await fetchHello('master');
    await commit(library, { lib: 'two' });
    await git(join(origin, 'lib'), 'pull', '--quiet');
    await commit(origin, { a: 'two' });
    await fetchHello('master');
    for (const gone of [origin, library, deep]) await rm(gone, { recursive: true });
    expect(await fetchedCommit(first, { skipFetch: true })).toBe(first);
    expect(await text('lib/lib')).toBe('one');
  });

  it('that are missing are not fetched with --skip-fetch', async () => {
    await fetchHello('master');
    await rm(join(clone, '.git/modules'), { recursive: true });
    await rm(join(clone, 'lib'), { recursive: true });
    await expect(fetchHello('master', { skipFetch: true })).rejects.toMatchObject({
      code: 'submodules-failed',
      exitCode: 2,
      message: `the submodules of "inputs/hello" can't be had: some are not here, and --skip-fetch fetches nothing`,
    });
  });

  it('with changed files are refused, and the files stay', async () => {
    await fetchHello('master');
    await writeFile(join(clone, 'lib/deep/deep'), 'mine');
    await commit(origin, { a: 'two' });
    await expect(fetchHello('master')).rejects.toMatchObject({
      code: 'clone-dirty',
      message: 'the clone "inputs/hello" has changed submodules that checking out would lose: "lib"',
    });
    expect(await text('lib/deep/deep')).toBe('mine');
  });

  it('with untracked files are warned of', async () => {
    await fetchHello('master');
    await writeFile(join(clone, 'lib/stray'), 'mine');
    await fetchHello('master');
    expect(warnings()).toEqual([
      '"inputs/hello" has files that belong to no commit and still get into the build: "lib"',
    ]);
  });

  it('that are gone say so', async () => {
    await rm(library, { recursive: true });
    await expect(fetchHello('master')).rejects.toMatchObject({
      code: 'submodules-failed',
      message: `the submodules of "inputs/hello" can't be had: there is no git repository`,
    });
  });
});

describe('a hostile repository', () => {
  it('runs no hooks of the clone', async () => {
    await commit(origin, { a: 'one' });
    await fetchHello('master');
    const hooks = join(clone, '.git/hooks');
    await mkdir(hooks);
    for (const hook of [
      'post-checkout',
      'reference-transaction',
      'post-index-change',
      'post-merge',
      'pre-auto-gc',
    ]) {
      await writeFile(join(hooks, hook), `#!/bin/sh\ntouch ${room}/ran\n`);
      await chmod(join(hooks, hook), 0o755);
    }
    await commit(origin, { a: 'two' });
    await fetchHello('master');
    await expect(readFile(join(room, 'ran'))).rejects.toThrow('ENOENT');
  });

  it.each([
    'ext::sh -c "touch RAN"',
    'fd::17',
    'ftp://localhost/x',
    '--upload-pack=touch RAN',
    'https://x\ny',
  ])('the url %j is refused', async (url) => {
    await expect(fetchHello('master', {}, url.replace('RAN', join(room, 'ran')))).rejects.toMatchObject({
      code: 'unsafe-name',
      exitCode: 2,
    });
    await expect(readFile(join(room, 'ran'))).rejects.toThrow('ENOENT');
  });

  it.each([
    '-fx',
    '--force',
    'a..b',
    'a b',
    'x^{tree}',
    'HEAD@{1}',
    'a:b',
    '$(touch x)~',
    'x\ny',
    '/a',
    'a.lock',
  ])('the commit %j is refused', async (wanted) => {
    await expect(fetchHello(wanted)).rejects.toMatchObject({ code: 'unsafe-name', exitCode: 2 });
  });

  it.each(['ext::sh -c touch% RAN', '--upload-pack=touch RAN', '-u touch RAN'])(
    'a submodule from %j is refused and runs nothing',
    async (url) => {
      const library = await makeRepository(join(room, 'library'));
      const hash = await commit(library, { lib: 'one' });
      await appendFile(
        join(origin, '.gitmodules'),
        `[submodule "lib"]\n\tpath = lib\n\turl = "${url.replace('RAN', join(room, 'ran'))}"\n\tupdate = "!touch ${room}/ran"\n`,
      );
      await git(origin, 'update-index', '--add', '--cacheinfo', `160000,${hash},lib`);
      await git(origin, 'add', '.gitmodules');
      await git(origin, 'commit', '--quiet', '-m', 'evil');
      await expect(fetchHello('master')).rejects.toMatchObject({ code: 'submodules-failed', exitCode: 2 });
      await expect(readFile(join(room, 'ran'))).rejects.toThrow('ENOENT');
    },
  );

  it('gets no filter run, such as LFS, that the user has configured', async () => {
    await commit(origin, { '.gitattributes': '*.bin filter=lfs\n*.txt text eol=crlf\n', 'x.bin': 'pointer' });
    await mkdir(clone, { recursive: true });
    await git(clone, 'init', '--quiet');
    for (const [name, value] of [
      ['filter.lfs.smudge', `touch ${room}/ran; cat`],
      ['filter.lfs.process', `touch ${room}/ran; false`],
      ['filter.lfs.required', 'true'],
      ['core.autocrlf', 'true'],
      ['core.fsmonitor', `touch ${room}/ran`],
    ] as const) {
      await git(clone, 'config', name, value);
    }
    await rm(join(room, 'ran'), { force: true });
    await fetchHello('master');
    expect(await text('x.bin')).toBe('pointer');
    expect(await text('.gitattributes')).not.toContain('\r');
    await expect(readFile(join(room, 'ran'))).rejects.toThrow('ENOENT');
  });
});
