import { chownSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeLeftovers } from '../../../src/core/files/leftovers.js';
import { markOf, ownerOf, ownMark } from '../../../src/core/files/owner-mark.js';
import { ended, reused, unseen } from '../../support/marks.js';

const day = 86_400;

describe('unfinished files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitian leftovers-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const leave = (name: string, daysOld = 0): void => {
    const then = Date.now() / 1000 - daysOld * day;
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), then, then);
  };

  it('of processes that are gone are removed, and of no others', async () => {
    for (const mark of [ended, `${ended}-abc`, reused, `${reused}-abc`]) leave(`.new-${mark}`);
    const kept = [`.new-${ownMark}`, `.new-${ended}+x`, `.old-${ended}`, '.new-', '.new-notes'].sort();
    for (const name of kept) leave(name, 100);
    await removeLeftovers(folder, { before: '.new-', after: '' });
    expect(readdirSync(folder).sort()).toEqual(kept);
  });

  it.skipIf(process.getuid?.() !== 0)('of other users stay (skipped without root)', async () => {
    leave(`.new-${ended}`, 100);
    chownSync(join(folder, `.new-${ended}`), 65534, 65534);
    await removeLeftovers(folder, { before: '.new-', after: '' });
    expect(readdirSync(folder)).toEqual([`.new-${ended}`]);
  });

  it('of another container stay until they are old', async () => {
    leave(`${unseen}-new`, 13);
    leave(`${unseen}-old`, 15);
    await removeLeftovers(folder, { before: '', after: '' });
    expect(readdirSync(folder)).toEqual([`${unseen}-new`]);
  });
});

describe('the mark of a process', () => {
  it.each([
    [ownMark, 'running'],
    [`${ownMark}-aBc123`, 'running'],
    [markOf(1), 'running'],
    [ownMark.replace(/\.\w+$/, ''), 'running'],
    [ended, 'gone'],
    [reused, 'gone'],
    [`${ended}-aBc123`, 'gone'],
    [unseen, 'unseen'],
    ['', undefined],
    ['x', undefined],
    [`${ended}-a-b`, undefined],
  ])('%s tells what is known of it', (mark, owner) => {
    expect(ownerOf(mark)).toBe(owner);
  });
});
