import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashTree, manifestText } from '../../../src/build/outputs/hash-tree.js';
import { moveTree } from '../../../src/core/files/move-tree.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gitian outputs '));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function make(files: Readonly<Record<string, string>>, below = folder): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(below, path, '..'), { recursive: true });
    await writeFile(join(below, path), text);
  }
  return below;
}

describe('hashing a tree', () => {
  it('writes the manifest that sha256sum writes, hidden files and names with spaces included', async () => {
    await make({ 'b c/ü x': '1', a: '2', '.hidden/file': '3', 'b/c': '4', 'b-c': '5' });
    const wanted = execFileSync(
      'sh',
      ['-c', "find . -type f | sed 's|^./||' | LC_ALL=C sort | xargs -d '\\n' sha256sum --"],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    expect(manifestText(await hashTree(folder))).toBe(wanted);
  });

  it('counts a link to a file as a file, and passes a link to a directory over', async () => {
    await make({ 'real/file': 'text' });
    await symlink('real/file', join(folder, 'link'));
    await symlink('real', join(folder, 'folder'));
    await symlink('real', join(folder, 'one whose\nname no manifest can hold'));
    const files = await hashTree(folder);
    expect(files.map(({ path }) => path)).toEqual(['link', 'real/file']);
    expect(files[0]?.sha256).toBe(files[1]?.sha256);
  });

  it('of an empty directory is empty', async () => {
    expect(manifestText(await hashTree(folder))).toBe('');
  });

  it('names every file that no manifest can hold', async () => {
    await make({ 'new\nline': '', good: '' });
    await symlink('nowhere', join(folder, 'dangling'));
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    await writeFile(Buffer.concat([Buffer.from(`${folder}/not-`), Buffer.from([0xff])]), '');
    await expect(hashTree(folder)).rejects.toMatchObject({
      code: 'files-unlistable',
      message: expect.stringMatching(
        /^4 files .*"dangling" is a link to nothing.*"fifo" is a special file.*"new\\nline" has a control character.*"not-\S+" has a name that isn't UTF-8/,
      ) as string,
    });
  });

  it('refuses links out of the tree, to themselves and to special files', async () => {
    const tree = await make({ 'd/file': '' }, join(folder, 'tree'));
    await make({ secret: '' });
    execFileSync('mkfifo', [join(tree, 'fifo')]);
    for (const [name, target] of [
      ['up', '../secret'],
      ['absolute', '/etc/passwd'],
      ['through', 'd/../../secret'],
      ['self', 'self'],
      ['to-fifo', 'fifo'],
      ['fine', 'd/file'],
    ] as const) {
      await symlink(target, join(tree, name));
    }
    await expect(hashTree(tree)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^6 files .*"absolute" is a link out of the tree, "fifo" is a special file, "self" is a link to itself, "through" is a link out of the tree, "to-fifo" is a link to a special file, …$/,
      ) as string,
    });
  });

  it('does so too where the tree itself is reached through a link', async () => {
    await make({ 'real/file': 'text' });
    await symlink('file', join(folder, 'real/link'));
    await symlink('real', join(folder, 'tree'));
    expect((await hashTree(join(folder, 'tree'))).map(({ path }) => path)).toEqual(['file', 'link']);
  });

  it.each([
    ['../tree of another/file', 'is a link out of the tree'],
    ['file/below', 'is a link to nothing'],
  ])('refuses a link to %s: it %s', async (target, problem) => {
    const tree = await make({ file: '' }, join(folder, 'tree'));
    await make({ 'tree of another/file': '' });
    await symlink(target, join(tree, 'link'));
    await expect(hashTree(tree)).rejects.toThrow(`"link" ${problem}`);
  });

  it('refuses what is in a directory whose name is not UTF-8', async () => {
    const odd = Buffer.concat([Buffer.from(`${folder}/d-`), Buffer.from([0xff])]);
    await mkdir(odd);
    await writeFile(Buffer.concat([odd, Buffer.from('/file')]), '');
    await expect(hashTree(folder)).rejects.toThrow(/"d-\S+\/file" has a name that isn't UTF-8/);
  });

  it.each(['a\tb', 'a\rb', 'a\u0085b', 'a\u2028b', '\ufeffa', 'a\u007f', 'a\u009b'])(
    'refuses the name %j',
    async (name) => {
      await make({ [name]: '' });
      await expect(hashTree(folder)).rejects.toMatchObject({ code: 'files-unlistable', exitCode: 1 });
    },
  );

  it.each([' a ', 'ü €', '日本', '😀', '-rf', 'a\\b', '"q"', "it's", '%3a', '#x: y'])(
    'lists the name %j',
    async (name) => {
      await make({ [name]: '' });
      expect((await hashTree(folder)).map(({ path }) => path)).toEqual([name]);
    },
  );

  it('sorts as bytes and not as UTF-16: a character beyond the first plane comes last', async () => {
    await make({ '\u{1f600}': '', '\uff5e': '', z: '', Z: '', 'a/b': '', 'a-b': '', a0: '' });
    const paths = (await hashTree(folder)).map(({ path }) => path);
    expect(paths).toEqual(['Z', 'a-b', 'a/b', 'a0', 'z', '\uff5e', '\u{1f600}']);
  });

  it('ends when it is aborted', async () => {
    await make({ a: 'x'.repeat(1 << 20) });
    await expect(hashTree(folder, AbortSignal.abort())).rejects.toThrow('aborted');
    // Files that can't be listed are told only where nobody has enough.
    await symlink('/etc/passwd', join(folder, 'out'));
    await expect(hashTree(folder, AbortSignal.abort())).rejects.toThrow('aborted');
  });
});

describe('moving a tree', () => {
  it('replaces files of the same name, keeps the others, and says what it replaced', async () => {
    const from = await make({ 'a/one': 'new', two: 'new', 'b/three': 'new' }, join(folder, 'from'));
    const to = await make({ 'a/one': 'old', 'a/other': 'old', two: 'old' }, join(folder, 'to'));
    expect((await moveTree(from, to)).sort()).toEqual(['a/one', 'two']);
    expect(await readFile(join(to, 'a/one'), 'utf8')).toBe('new');
    expect(await readFile(join(to, 'a/other'), 'utf8')).toBe('old');
    expect(await readFile(join(to, 'b/three'), 'utf8')).toBe('new');
  });

  it('lets a directory take the place of a file, a file that of a directory', async () => {
    const from = await make({ 'x/in': 'new', y: 'new' }, join(folder, 'from'));
    const to = await make({ x: 'old', 'y/in': 'old' }, join(folder, 'to'));
    await moveTree(from, to);
    expect(await readFile(join(to, 'x/in'), 'utf8')).toBe('new');
    expect(await readFile(join(to, 'y'), 'utf8')).toBe('new');
  });

  it('takes files out of directories that may not be written into, and names of any bytes', async () => {
    const from = await make({ 'd/e/file': 'new' }, join(folder, 'from'));
    const odd = Buffer.concat([Buffer.from(`${from}/d/`), Buffer.from([0xff])]);
    await mkdir(odd);
    await writeFile(Buffer.concat([odd, Buffer.from('/x')]), '');
    await chmod(join(from, 'd/e'), 0o555);
    await moveTree(from, join(folder, 'to'));
    expect(await readFile(join(folder, 'to/d/e/file'), 'utf8')).toBe('new');
    expect(await readdir(join(folder, 'to/d'), { encoding: 'buffer' })).toContainEqual(Buffer.from([0xff]));
  });

  it('leaves folders the modes that they have there, whichever come', async () => {
    const [from, to, usual] = [join(folder, 'from'), join(folder, 'to'), join(folder, 'usual')];
    for (const path of [to, usual]) await mkdir(path);
    await chmod(to, 0o750);
    for (const path of ['d', 'e']) {
      await make({ [`${path}/file`]: 'new' }, from);
      await chmod(join(from, path), 0o777);
      await chmod(from, 0o777);
      await moveTree(from, to);
    }
    const modeOf = (path: string): number => statSync(path).mode & 0o777;
    expect([to, join(to, 'e')].map(modeOf)).toEqual([0o750, modeOf(usual)]);
  });

  const elsewhere = '/dev/shm';
  it.skipIf(statSync(elsewhere, { throwIfNoEntry: false })?.dev === statSync(tmpdir()).dev)(
    'copies to another disk (needs /dev/shm)',
    async () => {
      const from = await make({ 'd/file': 'new' }, join(folder, 'from'));
      await symlink('d/file', join(from, 'link'));
      await utimes(join(from, 'd/file'), 1000, 1000);
      await chmod(join(from, 'd/file'), 0o755);
      const to = await mkdtemp(join(elsewhere, 'gitian-outputs-'));
      try {
        await make({ 'd/file': 'old' }, to);
        expect(await moveTree(from, to)).toEqual(['d/file']);
        expect(await readFile(join(to, 'd/file'), 'utf8')).toBe('new');
        expect(await readlink(join(to, 'link'))).toBe('d/file');
        const { mtimeMs, mode } = statSync(join(to, 'd/file'));
        expect([mtimeMs, mode & 0o777]).toEqual([1_000_000, 0o755]);
        expect((await readdir(to)).sort()).toEqual(['d', 'link']);
      } finally {
        await rm(to, { recursive: true });
      }
    },
  );

  it.skipIf(statSync(elsewhere, { throwIfNoEntry: false })?.dev === statSync(tmpdir()).dev)(
    'copies beside whatever names there are (needs /dev/shm)',
    async () => {
      const long = 'n'.repeat(255);
      const from = await make({ a: 'new', [long]: 'new', b: 'new', c: 'new' }, join(folder, 'from'));
      const to = await mkdtemp(join(elsewhere, 'gitian-outputs-'));
      try {
        await make({ 'a.gitian-new': 'mine', 'b.gitian-new/file': 'mine' }, to);
        await moveTree(from, to);
        expect((await readdir(to)).sort()).toEqual(['a', 'a.gitian-new', 'b', 'b.gitian-new', 'c', long]);
        expect(await readFile(join(to, long), 'utf8')).toBe('new');
        expect(await readFile(join(to, 'a.gitian-new'), 'utf8')).toBe('mine');
      } finally {
        await rm(to, { recursive: true });
      }
    },
  );

  it('never writes through a link that it finds or brings', async () => {
    const outside = await make({ keep: 'mine' }, join(folder, 'outside'));
    const from = await make({ 'd/keep': 'theirs' }, join(folder, 'from'));
    await symlink('../outside', join(from, 'brought'));
    const to = await make({}, join(folder, 'to'));
    await mkdir(to, { recursive: true });
    await symlink('../outside', join(to, 'd'));
    await moveTree(from, to);
    expect(await readdir(outside)).toEqual(['keep']);
    expect(await readFile(join(outside, 'keep'), 'utf8')).toBe('mine');
    expect(await readFile(join(to, 'd/keep'), 'utf8')).toBe('theirs');
    expect(await readlink(join(to, 'brought'))).toBe('../outside');
  });
});
