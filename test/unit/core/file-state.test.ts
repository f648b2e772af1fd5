import { mkdtempSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileState } from '../../../src/core/files/file-state.js';

let folder: string;
let path: string;
const write = (place: string, content: string): void => {
  writeFileSync(place, content);
  utimesSync(place, 1, 1);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gitian-state-'));
  path = join(folder, 'file');
  write(path, 'old');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('what a file is just now', () => {
  it('is the same again where nobody touched it, through a link too', async () => {
    const before = await fileState(path);
    symlinkSync('file', join(folder, 'link'));
    expect([await fileState(path), await fileState(join(folder, 'link'))]).toEqual([before, before]);
  });

  it.each<[string, () => void]>([
    [
      'written to, with as many bytes, and given its time back',
      () => {
        write(path, 'new');
      },
    ],
    [
      'replaced by one that was written with it',
      () => {
        renameSync(join(folder, 'twin'), path);
      },
    ],
    [
      'gone',
      () => {
        rmSync(path);
      },
    ],
  ])('is something else where it is %s', async (_title, change) => {
    write(join(folder, 'twin'), 'new');
    const before = await fileState(path);
    const { ctimeMs } = statSync(path);
    // The clock of a file system stands still for some milliseconds.
    await expect
      .poll(() => {
        write(join(folder, 'clock'), '');
        return statSync(join(folder, 'clock')).ctimeMs;
      })
      .toBeGreaterThan(ctimeMs);
    change();
    expect(await fileState(path)).not.toBe(before);
  });
});
