import { execFileSync } from 'node:child_process';
import { mkdir, open, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { commit, git } from '../../../support/workspaces/git-repository.js';
import { inputsRoom } from '../../../support/workspaces/inputs-room.js';

const here = inputsRoom();

describe('what can not be had', () => {
  beforeEach(async () => {
    await commit(here.origin, { a: 'one' });
  });

  it.each(['nosuch', '0123456789', 'f'.repeat(40), 'refs/pull/1/head'])('the commit %s', async (wanted) => {
    await expect(here.fetch(wanted)).rejects.toMatchObject({
      code: 'commit-not-found',
      exitCode: 2,
      message: `"hello" has no commit "${wanted}" at "${here.origin}"`,
    });
  });

  it('an abbreviated hash that is too short to be one commit', async () => {
    // Among 18 commits two begin alike in one digit; git wants four, so look for two alike in four.
    const commits = Array.from(
      { length: 2000 },
      (_, n) => `commit refs/heads/many\ncommitter A <a@example.com> ${String(n)} +0000\ndata 0\n\n`,
    );
    execFileSync('git', ['fast-import', '--quiet'], { cwd: here.origin, input: commits.join('') });
    const seen = new Map<string, string>();
    const hashes = (await git(here.origin, 'rev-list', 'many')).split('\n');
    const twins = hashes.flatMap((hash) => {
      const other = seen.get(hash.slice(0, 4));
      seen.set(hash.slice(0, 4), hash);
      return other === undefined ? [] : [[other, hash]];
    })[0];
    const [one = '', two = ''] = twins ?? [];
    await git(here.origin, 'branch', 'one', one);
    await git(here.origin, 'branch', 'two', two);
    await expect(here.fetch(one.slice(0, 4))).rejects.toMatchObject({
      code: 'commit-ambiguous',
      exitCode: 2,
    });
  });

  it('a repository that is not there, with where a relative url is taken from', async () => {
    await expect(here.fetch('master', {}, join(here.room, 'nosuch'))).rejects.toMatchObject({
      code: 'fetch-failed',
      exitCode: 2,
      message: `"hello" can't be fetched from "${join(here.room, 'nosuch')}": there is no git repository`,
    });
    await expect(here.fetch('master', {}, '../nosuch')).rejects.toMatchObject({
      hint: 'a relative url is taken from inputs/hello; check it',
    });
  });

  it('leaves nothing unfinished but what a fetch by hand is about to finish', async () => {
    await here.fetch('master');
    const packs = ['.git', '.git/modules/a/b'].map((folder) => join(here.clone, folder, 'objects/pack'));
    for (const folder of packs) await mkdir(folder, { recursive: true });
    const names = ['tmp_pack_1', 'tmp_idx_2', 'tmp_pack_old'];
    const files = packs.flatMap((folder) => names.map((name) => join(folder, name)));
    for (const file of files) await writeFile(file, '');
    const soon = Date.now() / 1000 + 60;
    for (const file of files.filter((name) => !name.endsWith('old'))) await utimes(file, soon, soon);
    const left = async (): Promise<string[][]> =>
      Promise.all(
        packs.map(async (folder) => (await readdir(folder)).filter((name) => name.startsWith('tmp_'))),
      );
    const byHand = await open(files[0] ?? '');
    await expect(here.fetch('nosuch')).rejects.toMatchObject({ code: 'commit-not-found' });
    expect(await left()).toEqual([['tmp_pack_1', 'tmp_pack_old'], ['tmp_pack_old']]);
    await byHand.close();
    await expect(here.fetch('nosuch')).rejects.toMatchObject({ code: 'commit-not-found' });
    expect(await left()).toEqual([['tmp_pack_old'], ['tmp_pack_old']]);
  });

  it('a url relative to the clone works', async () => {
    expect(await here.fetchedCommit('master', {}, '../../../origin')).toBe(
      await git(here.origin, 'rev-parse', 'HEAD'),
    );
  });

  it('a file url works', async () => {
    expect(await here.fetchedCommit('master', {}, `file://${here.origin}`)).toBe(
      await git(here.origin, 'rev-parse', 'HEAD'),
    );
  });
});
