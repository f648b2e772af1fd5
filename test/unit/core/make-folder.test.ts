import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from '../../../src/core/files/make-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitian-make-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('a folder that is made', () => {
  it('is there with those above it, and the outermost is told', async () => {
    expect(await makeFolder(join(folder, 'a/b/c'), 0o700)).toBe(join(folder, 'a'));
    for (const name of ['a', 'a/b', 'a/b/c']) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700);
    }
    expect(await makeFolder(join(folder, 'a/b/c/d'))).toBe(join(folder, 'a/b/c/d'));
    expect(await makeFolder(join(folder, 'a/b'))).toBeUndefined();
    expect(await makeFolder('/')).toBeUndefined();
  });

  it('may be a link to one, and may be made twice at a time', async () => {
    symlinkSync('.', join(folder, 'link'));
    expect(await makeFolder(join(folder, 'link'))).toBeUndefined();
    const path = join(folder, 'x/y/z');
    await Promise.all([path, path, path].map(async (one) => makeFolder(one)));
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it.each(['file', 'file/x/y', 'nothing', 'nothing/x'])("isn't where %j has something else", async (name) => {
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('gone', join(folder, 'nothing'));
    const path = join(folder, name.replace(/\/.*/, ''));
    await expect(makeFolder(join(folder, name))).rejects.toMatchObject({ code: 'EEXIST', path });
  });

  it.each(['/proc/gitian', '/proc/gitian/deeper'])(
    "isn't %j, where the file system takes none",
    async (path) => {
      await expect(makeFolder(path)).rejects.toMatchObject({ code: 'ENOENT', path: '/proc/gitian' });
    },
  );
});
