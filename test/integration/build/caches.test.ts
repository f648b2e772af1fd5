import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheManifests, mergeCaches, prepareCaches } from '../../../src/build/caches.js';
import { sha256 } from '../../../src/core/files/hashing.js';
import { ownMark } from '../../../src/core/files/owner-mark.js';
import { Workspace } from '../../../src/core/workspace.js';

let room: string;
let workspace: Workspace;
let staged: string;
const signal = new AbortController().signal;

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'gitian caches '));
  workspace = new Workspace(room);
  staged = join(room, 'staged');
  await mkdir(staged);
});
afterEach(async () => {
  await rm(room, { recursive: true });
});

async function make(below: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(below, path)), { recursive: true });
    await writeFile(join(below, path), text);
  }
}

describe('caches', () => {
  it('that a target has no files in are empty', async () => {
    await prepareCaches(workspace, 'app');
    await mergeCaches(workspace, 'app', staged);
    expect(await cacheManifests(workspace, 'app', signal)).toEqual({ common: '', package: '' });
    expect((await readdir(workspace.caches)).sort()).toEqual(['app', 'common']);
  });

  it('lose what a process that was killed left unfinished in them, and nothing else', async () => {
    const gone = spawnSync('true').pid;
    const [, namespace = ''] = /^(\d+)-/.exec(ownMark) ?? [];
    const copy = (pid: number): string => `d/.gitian-copy.${namespace}-${String(pid)}-0123456789ab.part`;
    await make(join(workspace.caches, 'app'), {
      [copy(gone)]: 'half',
      [copy(process.pid)]: 'half',
      'd/.gitian-copy.x': '',
    });
    await prepareCaches(workspace, 'app');
    const left = await readdir(join(workspace.caches, 'app/d'));
    expect(left.sort()).toEqual([copy(process.pid).slice(2), '.gitian-copy.x'].sort());
  });

  it('get new and changed files, and lose none', async () => {
    await make(workspace.caches, { 'common/old': 'old', 'common/d/changed': 'old', 'other/x': 'other' });
    await make(staged, { 'common/d/changed': 'new', 'app/own': 'own', 'other/x': 'theirs', stray: 'x' });
    await mergeCaches(workspace, 'app', staged);
    expect(await cacheManifests(workspace, 'app', signal)).toEqual({
      common: `${sha256('new')}  d/changed\n${sha256('old')}  old\n`,
      package: `${sha256('own')}  own\n`,
    });
    expect(await readFile(join(workspace.caches, 'other/x'), 'utf8')).toBe('other');
  });

  it.each([
    ['/etc/passwd', false],
    ['../../../secret', false],
    ['..', true],
    ['../..', false],
    ['../x', true],
    ['./y', true],
    ['y/../z', false],
    ['nosuch', true],
    ['y\nx', false],
  ])('take a link in a folder to %s: %s', async (target, taken) => {
    await make(staged, { 'common/d/y': '', 'common/x': '' });
    await make(staged, { 'app/new': 'new' });
    await symlink(target, join(staged, 'common/d/link'));
    const merged = mergeCaches(workspace, 'app', staged);
    if (taken && target !== 'nosuch') await merged;
    else
      await expect(merged).rejects.toMatchObject({ code: taken ? 'files-unlistable' : 'guest-file-refused' });
    const found = await readdir(join(workspace.caches, 'common/d')).catch((): string[] => []);
    expect(found.includes('link')).toBe(taken && target !== 'nosuch');
  });

  it('take no link to a name that is no text, nor one of such a name', async () => {
    await make(staged, { 'common/d/y': '' });
    const odd = Buffer.from([0xff]);
    const link = Buffer.from(join(staged, 'common/link'));
    for (const [target, path] of [
      [odd, link],
      [Buffer.from('d/y'), Buffer.concat([link, odd])],
    ] as const) {
      await symlink(target, path);
      await expect(mergeCaches(workspace, 'app', staged)).rejects.toMatchObject({
        code: 'guest-file-refused',
      });
      await rm(path);
    }
  });

  it('take nothing at all when one file can not be listed', async () => {
    await make(staged, { 'common/good': '', 'app/bad\nname': '' });
    await expect(mergeCaches(workspace, 'app', staged)).rejects.toMatchObject({ code: 'files-unlistable' });
    await expect(readdir(join(workspace.caches, 'common'))).rejects.toThrow('ENOENT');
  });

  it('can not be led out of by links of two builds together', async () => {
    await make(room, { secret: 'secret' });
    await make(staged, { 'common/d/file': '' });
    await symlink('.', join(staged, 'common/here'));
    await mergeCaches(workspace, 'app', staged);
    await make(staged, { 'common/other': '' });
    await symlink('here/../../../secret', join(staged, 'common/out'));
    await expect(mergeCaches(workspace, 'app', staged)).rejects.toMatchObject({ code: 'guest-file-refused' });
  });
});
