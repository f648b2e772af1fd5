import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commit, git, makeRepository } from '../../../support/workspaces/git-repository.js';
import { sendingPack, serve } from '../../../support/servers/git-server.js';
import { deltaBomb, endlessPack } from '../../../support/hostile/packs.js';
import { inputsRoom } from '../../../support/workspaces/inputs-room.js';

const here = inputsRoom();
const isRoot = process.getuid?.() === 0;

/** Writes an object into the origin. */
function object(type: string, bytes: string | Buffer): string {
  const args = ['hash-object', '-w', '--stdin', '-t', type];
  return execFileSync('git', args, { cwd: here.origin, input: bytes, encoding: 'utf8' }).trim();
}

/** A tree that names one object under each of so many names. */
function treeOf(count: number, mode: string, hash: string): string {
  const entries = Array.from({ length: count }, (_, n) => `${mode} f${String(n).padStart(5, '0')}\0`);
  return object(
    'tree',
    Buffer.concat(entries.flatMap((entry) => [Buffer.from(entry), Buffer.from(hash, 'hex')])),
  );
}

async function publish(tree: string): Promise<void> {
  const hash = await git(here.origin, 'commit-tree', tree, '-m', 'evil');
  await git(here.origin, 'update-ref', 'refs/heads/master', hash);
}

describe('a few bytes that name more than memory holds', () => {
  const limit = (bytes: string): Buffer =>
    execFileSync('prlimit', ['--pid', String(process.pid), `--data=${bytes}:`]);

  it('as one file, by a delta that copies what it is made from over and over, end with a sentence', async () => {
    const pack = deltaBomb(totalmem() * 0.6);
    expect(pack.length).toBeLessThan(100_000);
    await using server = await serve(sendingPack([pack]));
    await expect(here.fetch('master', {}, server.url)).rejects.toMatchObject({
      code: 'fetch-failed',
      message: `"hello" can't be fetched from "${server.url}": git's memory does not hold it`,
      hint: expect.stringContaining("half of this host's") as string,
    });
  });

  it("as 10^9 files in folders of folders, end with a sentence; here with a limit of the user's", async () => {
    let [mode, hash] = ['100644', object('blob', 'x')];
    for (let depth = 0; depth < 3; depth++) [mode, hash] = ['40000', treeOf(1000, mode, hash)];
    await publish(hash);
    try {
      limit('1000000000');
      await expect(here.fetch('master')).rejects.toMatchObject({
        code: 'checkout-failed',
        message: expect.stringContaining("git's memory does not hold it") as string,
      });
    } finally {
      limit('unlimited');
    }
    expect(readdirSync(here.clone)).toEqual(['.git']);
  });
});

describe.skipIf(!isRoot)('what no disk holds (needs root)', () => {
  const free = (): number => {
    const { bavail, bsize } = statfsSync(here.clone);
    return bavail * bsize;
  };
  beforeEach(() => {
    mkdirSync(join(here.room, 'workspace/inputs'), { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', join(here.room, 'workspace/inputs')]);
  });
  afterEach(() => {
    execFileSync('umount', [join(here.room, 'workspace/inputs')]);
  });

  async function expectFullOnce(code: string, url = here.origin): Promise<void> {
    await expect(here.fetch('master', {}, url)).rejects.toMatchObject({
      code,
      hint: expect.stringContaining('make room') as string,
    });
    expect(free()).toBeGreaterThan(30_000_000);
  }

  it.each([
    ['one file under many names', 100],
    ['one file', 1],
  ])('%s: is taken away, and another commit is checked out', async (_title, count) => {
    const hash = await commit(here.origin, { a: 'one' });
    await here.fetch('master');
    await publish(treeOf(count, '100644', object('blob', 'a'.repeat(50_000_000 / Math.min(count, 10)))));
    await expectFullOnce('checkout-failed');
    await git(here.origin, 'update-ref', 'refs/heads/master', hash);
    expect(await here.fetchedCommit('master')).toBe(hash);
    expect(readdirSync(here.clone)).toEqual(['.git', 'a']);
  });

  it('a submodule: the same', async () => {
    const library = await makeRepository(join(here.room, 'library'));
    await commit(library, { lib: 'a'.repeat(50_000_000) });
    await git(here.origin, 'submodule', '--quiet', 'add', library, 'lib');
    await commit(here.origin, { a: 'one' });
    await expectFullOnce('submodules-failed');
  });

  it('a pack without end: is taken away', async () => {
    await using server = await serve(sendingPack(endlessPack()));
    await expectFullOnce('fetch-failed', server.url);
  });
});

describe('a commit whose hash would mean another content', () => {
  async function twoCommits(): Promise<readonly [string, string]> {
    return [await commit(here.origin, { a: 'right' }), await commit(here.origin, { a: 'wrong' })];
  }

  it('by a replacement at the server is what it is', async () => {
    const [right, wrong] = await twoCommits();
    await git(here.origin, 'replace', right, wrong);
    for (const options of [{}, { fetchBranches: true, fetchTags: true }]) {
      expect(await here.fetchedCommit(right, options)).toBe(right);
      expect(await here.text('a')).toBe('right');
    }
    expect(await git(here.clone, 'for-each-ref', 'refs/replace')).toBe('');
  });

  it('by a replacement that is asked for by name is the other one', async () => {
    const [right, wrong] = await twoCommits();
    await git(here.origin, 'replace', right, wrong);
    expect(await here.fetchedCommit(`refs/replace/${right}`)).toBe(wrong);
    expect(await git(here.clone, 'for-each-ref', 'refs/replace')).toBe('');
  });

  it('by a replacement in the clone is refused', async () => {
    const [right, wrong] = await twoCommits();
    await here.fetch('master');
    await git(here.clone, 'replace', right, wrong);
    await expect(here.fetch(right)).rejects.toMatchObject({
      code: 'clone-unusable',
      message:
        'the clone "inputs/hello" can\'t be used: it has replacements, so that a hash in it may mean another content',
      hint: 'git -C inputs/hello replace --delete $(git -C inputs/hello replace)',
    });
  });

  it('by the name of a branch or a tag, which looks like a hash, is what the ref says or is refused', async () => {
    const [right, wrong] = await twoCommits();
    await git(here.origin, 'update-ref', `refs/heads/${right}`, wrong);
    await git(here.origin, 'update-ref', `refs/tags/${right}`, wrong);
    expect(await here.fetchedCommit(right, { fetchBranches: true, fetchTags: true })).toBe(right);
    await git(here.origin, 'update-ref', `refs/heads/${right.slice(0, 8)}`, wrong);
    await git(here.origin, 'update-ref', `refs/tags/${right.slice(0, 8)}`, right);
    await expect(here.fetch(right.slice(0, 8))).rejects.toMatchObject({ code: 'commit-ambiguous' });
    await git(here.origin, 'update-ref', '-d', `refs/tags/${right.slice(0, 8)}`);
    expect(await here.fetchedCommit(right.slice(0, 8))).toBe(wrong);
  });

  it("by a branch of a submodule's server, which its HEAD leads to, is told", async () => {
    const library = await makeRepository(join(here.room, 'library'));
    const right = await commit(library, { lib: 'right' });
    const wrong = await commit(library, { lib: 'wrong' });
    await git(here.origin, 'submodule', '--quiet', 'add', library, 'lib');
    await git(join(here.origin, 'lib'), 'checkout', '--quiet', '--detach', right);
    await commit(here.origin, { a: 'one' });
    await git(library, 'update-ref', `refs/heads/${right}`, wrong);
    await git(library, 'symbolic-ref', 'HEAD', `refs/heads/${right}`);
    await expect(here.fetch('master')).rejects.toMatchObject({
      code: 'submodules-failed',
      message: `the submodules of "inputs/hello" can't be checked out: "lib" is at another commit than it should be`,
    });
  });

  it('by grafts and a commit graph that lies is what it is', async () => {
    const [right, wrong] = await twoCommits();
    await here.fetch('master');
    await git(here.clone, 'commit-graph', 'write', '--reachable');
    const graph = join(here.clone, '.git/objects/info/commit-graph');
    const bytes = readFileSync(graph);
    const tree = async (hash: string): Promise<Buffer> =>
      Buffer.from(await git(here.origin, 'rev-parse', `${hash}^{tree}`), 'hex');
    const [one, other] = [await tree(right), await tree(wrong)];
    for (let at = bytes.indexOf(one); at >= 0; at = bytes.indexOf(one)) other.copy(bytes, at);
    rmSync(graph);
    writeFileSync(graph, bytes);
    mkdirSync(join(here.clone, '.git/info'), { recursive: true });
    writeFileSync(join(here.clone, '.git/info/grafts'), `${right} ${wrong}\n`, { flag: 'a' });
    expect(await here.fetchedCommit(right)).toBe(right);
    expect(await here.text('a')).toBe('right');
  });
});

describe('what is no commit', () => {
  it.each(['blob', 'tree'])('a tag of a tag of a %s is told', async (type) => {
    await commit(here.origin, { a: 'one' });
    const hash = await git(here.origin, 'rev-parse', type === 'blob' ? 'HEAD:a' : 'HEAD^{tree}');
    await git(here.origin, 'tag', '-a', '-m', 'inner', 'inner', hash);
    await git(here.origin, 'tag', '-a', '-m', 'outer', 'outer', 'inner');
    for (const wanted of [
      'outer',
      'inner',
      hash,
      hash.slice(0, 10),
      await git(here.origin, 'rev-parse', 'outer'),
    ])
      await expect(here.fetch(wanted)).rejects.toMatchObject({ code: 'commit-not-found', exitCode: 2 });
  });

  it('but a tag of a tag of one is it, each time it is asked for', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    await git(here.origin, 'tag', '-a', '-m', 'inner', 'inner', hash);
    await git(here.origin, 'tag', '-a', '-m', 'outer', 'outer', 'inner');
    for (const skipFetch of [false, false, true])
      expect(await here.fetchedCommit('outer', { skipFetch })).toBe(hash);
  });

  it('refs whose names are options are taken as names or left out', async () => {
    const hash = await commit(here.origin, { a: 'one' });
    const names = ['heads/--upload-pack=touch', 'tags/-fx', 'heads/-', 'tags/--force', 'tags/--'];
    const refs = names.map((name) => `${hash} refs/${name}\n`);
    writeFileSync(
      join(here.origin, '.git/packed-refs'),
      `# pack-refs with: peeled fully-peeled \n${refs.join('')}`,
    );
    expect(await here.fetchedCommit('master', { fetchBranches: true, fetchTags: true })).toBe(hash);
    expect(await here.fetchedCommit('heads/--upload-pack=touch')).toBe(hash);
  });
});

describe('a clone of the user', () => {
  it('that borrows objects from elsewhere is refused before anything starts', async () => {
    await commit(here.origin, { a: 'one' });
    mkdirSync(join(here.room, 'workspace/inputs'), { recursive: true });
    await git(here.room, 'clone', '--quiet', '--shared', here.origin, here.clone);
    await expect(here.fetch('master')).rejects.toMatchObject({
      code: 'clone-unusable',
      message:
        'the clone "inputs/hello" can\'t be used: it borrows objects from another, which the target does not have',
    });
    execFileSync(
      'sh',
      ['-c', 'git -C inputs/hello repack -q -a -d && rm inputs/hello/.git/objects/info/alternates'],
      {
        cwd: join(here.room, 'workspace'),
      },
    );
    await here.fetch('master');
  });

  it('that is shallow gets its commit; from one that is shallow git takes no branch', async () => {
    await commit(here.origin, { a: 'one' });
    const hash = await commit(here.origin, { a: 'two' });
    mkdirSync(join(here.room, 'workspace/inputs'), { recursive: true });
    const shallow = join(here.room, 'shallow');
    for (const place of [here.clone, shallow])
      await git(here.room, 'clone', '--quiet', '--depth=1', `file://${here.origin}`, place);
    expect(await here.fetchedCommit('master')).toBe(hash);
    await git(shallow, 'commit', '--quiet', '--allow-empty', '-m', 'three');
    rmSync(here.clone, { recursive: true });
    await expect(here.fetch('master', {}, shallow)).rejects.toMatchObject({ code: 'commit-not-found' });
  });
});
