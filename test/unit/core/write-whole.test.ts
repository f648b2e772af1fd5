import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { chmod, mkdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Draft } from '../../../src/core/files/draft.js';
import { longestMark, ownerOf, ownMark, uniqueMark } from '../../../src/core/files/owner-mark.js';
import { temporaryFolder } from '../../../src/core/files/temporary-folder.js';
import { writeWhole } from '../../../src/core/files/write-whole.js';
import { ended } from '../../support/marks.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitian-whole-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('a file that is written whole', () => {
  it('replaces the old one, keeps its mode, and leaves nothing beside it', async () => {
    const path = join(folder, 'deep/file');
    await writeWhole(path, 'old');
    await chmod(path, 0o664);
    await writeWhole(path, Buffer.from('new'));
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o664);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['file']);
  });

  it('is not kept from it by what a killed process of the same number left', async () => {
    const left = Array.from({ length: 50 }, (_, count) => `.file.${ownMark}-${String(count)}.part`);
    for (const name of left) await writeFile(join(folder, name), '');
    await writeWhole(join(folder, 'file'), 'new');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('new');
  });

  it('leaves a link a link', async () => {
    await writeFile(join(folder, 'file'), 'old');
    await symlink('file', join(folder, 'link'));
    await writeWhole(join(folder, 'link'), 'new');
    expect(await readlink(join(folder, 'link'))).toBe('file');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('new');
  });

  it('stays the old one when a draft is given up', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'old');
    {
      await using draft = await Draft.begin(path);
      await draft.file.writeFile('half');
      expect(existsSync(draft.path)).toBe(true);
    }
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('may be written twice at a time: one of them is there', async () => {
    const path = join(folder, 'file');
    await Promise.all(['one', 'two'].map(async (text) => writeWhole(path, text)));
    expect(['one', 'two']).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('takes away what killed processes left of it, and nothing else', async () => {
    const others = [`.file.${ownMark}-7.part`, `.other.${ended}-0.part`, '.file.1-1-0.part', '.file.x.part'];
    for (const name of [`.file.${ended}-0.part`, ...others]) await writeFile(join(folder, name), '');
    await writeWhole(join(folder, 'file'), 'new');
    expect(readdirSync(folder).sort()).toEqual([...others, 'file'].sort());
  });

  it.each([
    ['ASCII', 'n'.repeat(255)],
    ['characters of several bytes', `${'\u00e9'.repeat(50)}${'\u{1f600}'.repeat(38)}123`],
  ])('may have a name as long as any, of %s', async (_, name) => {
    const path = join(folder, name);
    let beginning: string;
    {
      await using draft = await Draft.begin(path);
      const [, shown = '', mark] =
        /^\.(.*)\.(\d+-\d+(?:\.\w+)?-\w+)\.part$/u.exec(basename(draft.path)) ?? [];
      expect([name.startsWith(shown), ownerOf(mark ?? '')]).toEqual([true, 'running']);
      beginning = shown;
    }
    expect(readdirSync(folder)).toEqual([]);
    expect(Buffer.byteLength(beginning)).toBeGreaterThan(180);
    await writeFile(join(folder, `.${beginning}.${ended}-0.part`), 'left');
    await writeWhole(path, 'new');
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('has a draft whose name leaves room for the longest mark', () => {
    expect(Buffer.byteLength(uniqueMark())).toBeLessThanOrEqual(longestMark);
    expect((2n ** 64n - 1n).toString(36)).toHaveLength(13);
  });
});

describe('a folder for temporary files', () => {
  it('is for this user alone, and gone in the end, with what is in it', async () => {
    {
      await using temporary = await temporaryFolder('test', folder);
      expect(statSync(temporary.path).mode & 0o777).toBe(0o700);
      await writeFile(join(temporary.path, 'file'), '');
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes away those that killed processes left, and nothing else', async () => {
    const names = [ended, ownMark].map((mark) => `gitian-test-${mark}-aBc123`);
    for (const name of [...names, 'gitian-test-more', `gitian-other-${ended}-aBc123`]) {
      await mkdir(join(folder, name));
    }
    await using temporary = await temporaryFolder('test', folder);
    const left = readdirSync(folder).filter((name) => join(folder, name) !== temporary.path);
    expect(left.sort()).toEqual([names[1], 'gitian-test-more', `gitian-other-${ended}-aBc123`].sort());
  });
});
