import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fetchInputs, type Inputs } from '../../../src/build/inputs/inputs.js';
import { silent } from '../../../src/core/events.js';
import { Workspace } from '../../../src/core/workspace.js';
import { commit, git, makeRepository } from '../../support/workspaces/git-repository.js';

let room: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'gitian-progress-'));
});
afterEach(async () => {
  await rm(room, { recursive: true, force: true });
});

it('fetches and checks out while it tells its progress, as gbuild does', async () => {
  const url = await makeRepository(join(room, 'origin'));
  const first = await commit(url, { 'file.txt': 'one' });
  await git(url, 'tag', 'v1');
  const second = await commit(url, { 'file.txt': 'two' });
  const told: string[] = [];
  const fetched = async (wanted: string): Promise<Inputs> =>
    fetchInputs(
      { name: 'hello', files: [], remotes: [{ dir: 'hello', url, commit: wanted }] },
      { commits: new Map(), urls: new Map(), skipFetch: false, fetchBranches: false, fetchTags: false },
      {
        workspace: new Workspace(join(room, 'workspace')),
        emit: silent,
        signal: new AbortController().signal,
        descriptorSha256: 'd'.repeat(64),
        progress: (text) => told.push(text),
      },
    );
  expect((await fetched('v1')).remotes).toMatchObject([{ commit: first }]);
  expect((await fetched('master')).remotes).toMatchObject([{ commit: second }]);
  expect((await fetched(first)).remotes).toMatchObject([{ commit: first }]);
  expect(told).toContain('hello');
});
