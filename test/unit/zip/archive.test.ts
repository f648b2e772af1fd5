import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchive } from '../../../src/zip/archive.js';
import { makeZip } from '../../support/samples/zip-maker.js';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'archive-')), 'a.zip');
});
afterEach(() => {
  rmSync(join(path, '..'), { recursive: true });
});

/** Members with comments of 64 KiB. */
function write(count: number): void {
  const comment = 'x'.repeat(0xffff);
  writeFileSync(
    path,
    makeZip(Array.from({ length: count }, (_, index) => ({ name: String(index), comment }))),
  );
}

describe('the directory of a zip', () => {
  it('is read up to the size that the caller bears', async () => {
    write(15);
    await using archive = await openArchive(path, path, 1);
    expect(archive.members.length).toBe(15);
  });

  it('is refused when it is larger', async () => {
    write(16);
    await expect(openArchive(path, 'a.zip', 1)).rejects.toMatchObject({
      code: 'zip-damaged',
      message: expect.stringContaining('its directory is larger than 1 MiB') as string,
    });
  });
});
