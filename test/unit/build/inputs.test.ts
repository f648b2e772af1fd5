import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  fetchInputs,
  inManifest,
  type InputOptions,
  type Inputs,
  type InputsDescriptor,
} from '../../../src/build/inputs/inputs.js';
import { fileState } from '../../../src/core/files/file-state.js';
import { sha256 } from '../../../src/core/files/hashing.js';
import type { GitianEvent } from '../../../src/core/events.js';
import { Workspace } from '../../../src/core/workspace.js';

let root: string;
let events: GitianEvent[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gitian inputs '));
  await mkdir(join(root, 'inputs'));
  events = [];
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function inputs(
  descriptor: Partial<InputsDescriptor>,
  options: Partial<InputOptions> = {},
): Promise<Inputs> {
  return fetchInputs(
    { name: 'app', files: [], remotes: [], ...descriptor },
    {
      commits: new Map(),
      urls: new Map(),
      skipFetch: false,
      fetchBranches: false,
      fetchTags: false,
      ...options,
    },
    {
      workspace: new Workspace(root),
      emit: (event) => events.push(event),
      signal: new AbortController().signal,
      descriptorSha256: 'd'.repeat(64),
    },
  );
}

describe('input files', () => {
  it('are hashed in the order of the descriptor, links to files too', async () => {
    await writeFile(join(root, 'inputs/b@1+2~3'), 'b');
    await writeFile(join(root, 'elsewhere'), 'a');
    await symlink('../elsewhere', join(root, 'inputs/a'));
    const found = await inputs({ files: ['b@1+2~3', 'a'] });
    expect(found.files).toEqual([
      {
        name: 'b@1+2~3',
        sha256: sha256('b'),
        isLink: false,
        state: await fileState(join(root, 'inputs/b@1+2~3')),
      },
      { name: 'a', sha256: sha256('a'), isLink: true, state: await fileState(join(root, 'elsewhere')) },
    ]);
    expect(found.manifest).toBe(
      `${'d'.repeat(64)}  app-desc.yml\n${sha256('b')}  b@1+2~3\n${sha256('a')}  a\n`,
    );
  });

  it('that are missing are named all at once, with where they were looked for', async () => {
    await writeFile(join(root, 'inputs/there'), '');
    await mkdir(join(root, 'inputs/folder'));
    await symlink('nowhere', join(root, 'inputs/dangling'));
    await expect(inputs({ files: ['gone', 'there', 'folder', 'dangling'] })).rejects.toMatchObject({
      code: 'input-files-unusable',
      exitCode: 2,
      message: `3 input files can't be read in "${root}/inputs": "gone" is missing, "folder" is a directory, "dangling" is missing`,
      hint: 'put them there, by exactly these names',
    });
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read (not as root, who may)', async () => {
    await writeFile(join(root, 'inputs/secret'), '');
    await chmod(join(root, 'inputs/secret'), 0);
    await expect(inputs({ files: ['secret'] })).rejects.toThrow('"secret" may not be read');
  });
});

describe('options for remotes', () => {
  const remote = { dir: 'hello', url: '/nonexistent', commit: undefined };

  it('lacking a commit are named all at once, before anything is fetched', async () => {
    const remotes = [remote, { ...remote, dir: 'other' }, { ...remote, dir: 'has', commit: 'v1' }];
    await expect(inputs({ remotes })).rejects.toMatchObject({
      code: 'commit-missing',
      exitCode: 2,
      message: 'neither the descriptor nor --commit says what to check out of "hello", "other"',
      hint: 'gbuild --commit hello=COMMIT,other=COMMIT',
    });
  });

  it('for a directory that is no remote say which there are', async () => {
    await expect(inputs({ remotes: [remote] }, { commits: new Map([['helo', 'v1']]) })).rejects.toMatchObject(
      {
        code: 'remote-unknown',
        exitCode: 2,
        message: '--commit names "helo", which is no remote of the descriptor',
        hint: `the descriptor's remotes are "hello"`,
      },
    );
  });

  it('with URLs of other descriptors too say so, and are taken', async () => {
    await inputs({}, { urls: new Map([['x', 'y']]) });
    const text = '--url names "x", which is no remote of the descriptor';
    expect(events).toEqual([{ kind: 'warning', text, hint: 'the descriptor has no remotes' }]);
  });

  it('check files before they fetch', async () => {
    await expect(inputs({ files: ['gone'], remotes: [{ ...remote, commit: 'v1' }] })).rejects.toMatchObject({
      code: 'input-files-unusable',
    });
  });

  it("don't override the descriptor's commit, and say so", async () => {
    const descriptor = { remotes: [{ ...remote, commit: 'v1' }], files: ['gone'] };
    await expect(inputs(descriptor, { commits: new Map([['hello', 'v2']]) })).rejects.toThrow();
    expect(events).toEqual([
      { kind: 'warning', text: 'the descriptor says "v1" for "hello", so --commit has no say there' },
    ]);
  });
});

describe('in_manifest', () => {
  it('has no newline between and after the remotes', () => {
    const remotes = [
      { dir: 'one', commit: '1'.repeat(40) },
      { dir: 'two', commit: '2'.repeat(40) },
    ];
    expect(
      inManifest({ name: 'app', descriptorSha256: 'd', files: [{ name: 'f', sha256: 'e' }], remotes }),
    ).toBe(`d  app-desc.yml\ne  f\ngit:${'1'.repeat(40)} onegit:${'2'.repeat(40)} two`);
  });
});
