import { closeSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { chown, lchown, link, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HeldFolder } from '../../../src/core/files/held-folder.js';
import { makeFolder } from '../../../src/core/files/make-folder.js';
import { followOwn } from '../../../src/core/files/own-links.js';
import { addTo, openToWrite, writeOver } from '../../../src/core/files/write-over.js';
import { writeWhole } from '../../../src/core/files/write-whole.js';
import { run } from '../../../src/core/processes/process.js';

const isRoot = process.getuid?.() === 0;

let root: string;
let victim: string;
let folder: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'gitian-held-'));
  victim = join(root, 'victim');
  folder = join(root, 'var');
  await mkdir(folder);
  await writeFile(victim, 'theirs');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

/** A link that somebody else has made. */
async function plant(to: string, place: string): Promise<void> {
  await symlink(to, place);
  await lchown(place, 65534, 65534);
}

const refused = (reason: string): unknown =>
  expect.objectContaining({ code: 'path-unusable', message: expect.stringContaining(reason) as string });

describe('a file that is written in a folder of others', () => {
  it('is emptied where it is, so that who reads on goes on reading', () => {
    const path = join(folder, 'log');
    writeOver(path, 'old');
    const { ino } = statSync(path);
    writeOver(path, 'new', { flush: true });
    addTo(path, 'er');
    expect([readFileSync(path, 'utf8'), statSync(path).ino]).toEqual(['newer', ino]);
  });

  it('may be behind own links, as may its folder', async () => {
    await rename(folder, join(root, 'disk'));
    await symlink('disk/', folder);
    await symlink('../log', join(folder, 'log'));
    writeOver(join(folder, 'log'), 'new');
    expect(readFileSync(join(root, 'log'), 'utf8')).toBe('new');
  });

  it('is not at the end of links that lead in a circle', async () => {
    await symlink('log', join(folder, 'log'));
    expect(() => followOwn(join(folder, 'log'))).toThrow('ELOOP');
  });

  it('may be an own link to a device, but for a lock', async () => {
    await symlink('/dev/null', join(folder, 'log'));
    writeOver(join(folder, 'log'), 'new');
    expect(statSync(join(folder, 'log')).isCharacterDevice()).toBe(true);
    expect(() => openToWrite(join(folder, 'log'), { manner: 'lock' })).toThrow(refused('it is not a file'));
  });

  it.each(['anew', 'append', 'lock'] as const)(
    'is no FIFO, and nobody waits for one (%s)',
    async (manner) => {
      await run({ program: 'mkfifo', args: [join(folder, 'log')] });
      expect(() => openToWrite(join(folder, 'log'), { manner })).toThrow(refused('it is not a file'));
    },
  );

  it('is a new one where the old has a second name, but for a lock', async () => {
    const path = join(folder, 'log');
    await link(victim, path);
    expect(() => openToWrite(path, { manner: 'lock' })).toThrow(refused('second name'));
    addTo(path, 'new');
    expect([readFileSync(path, 'utf8'), readFileSync(victim, 'utf8')]).toEqual(['new', 'theirs']);
  });

  it('is in the folder that was held, whatever is put in its place', async () => {
    {
      using held = new HeldFolder(folder);
      await rename(folder, join(root, 'moved'));
      await symlink(root, folder);
      closeSync(held.open('victim', { manner: 'anew' }));
    }
    expect([readFileSync(victim, 'utf8'), readFileSync(join(root, 'moved/victim'), 'utf8')]).toEqual([
      'theirs',
      '',
    ]);
  });

  it('has its own name in what goes wrong', async () => {
    await mkdir(join(folder, 'log'));
    const path = join(folder, 'log');
    const wrong = { code: 'EISDIR', path, message: expect.stringContaining(path) as string };
    expect(() => openToWrite(path, { manner: 'lock' })).toThrow(expect.objectContaining(wrong));
  });
});

describe.skipIf(!isRoot)("links of another user's (skipped without root)", () => {
  it('are not written through', async () => {
    const path = join(folder, 'log');
    await plant(victim, path);
    for (const manner of ['anew', 'append', 'lock'] as const)
      expect(() => openToWrite(path, { manner })).toThrow(refused("another user's link"));
    await expect(writeWhole(path, 'new')).rejects.toThrow(refused("another user's link"));
    expect(readFileSync(victim, 'utf8')).toBe('theirs');
  });

  it('are no folders to write in, at the end of own ones too', async () => {
    await plant(root, join(root, 'theirs'));
    await symlink('theirs', join(root, 'own'));
    for (const name of ['theirs', 'own']) {
      expect(() => {
        writeOver(join(root, name, 'victim'), '');
      }).toThrow(refused("another user's link"));
      await expect(makeFolder(join(root, name))).rejects.toThrow(refused("another user's link"));
      await expect(writeWhole(join(root, name, 'victim'), '')).rejects.toThrow(
        refused("another user's link"),
      );
    }
    expect(readFileSync(victim, 'utf8')).toBe('theirs');
  });

  it("are own ones where sudo says that they are the user's", async () => {
    await plant(victim, join(folder, 'log'));
    vi.stubEnv('SUDO_UID', '65534');
    expect(followOwn(join(folder, 'log'))).toBe(victim);
  });

  it('are what is refused: files of theirs are written', async () => {
    await writeFile(join(folder, 'log'), 'old');
    await chown(join(folder, 'log'), 65534, 65534);
    writeOver(join(folder, 'log'), 'new');
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('new');
  });
});
