import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memberLimit, openArchive } from '../../../src/zip/archive.js';
import { openFiles } from '../../support/open-files.js';
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

  it('is no larger for what lies before it', async () => {
    writeFileSync(path, makeZip([{ name: 'a', data: Buffer.alloc(2 << 20) }]));
    await using archive = await openArchive(path, path, 1);
    expect(archive.members.length).toBe(1);
  });

  it('is refused when the file ends within it', async () => {
    const zip = makeZip([], `PK\x01\x02${'\0'.repeat(16)}`);
    // Of one entry, which is the comment.
    zip.writeUInt16LE(1, 10);
    zip.writeUInt32LE(22, 16);
    writeFileSync(path, zip);
    await expect(openArchive(path)).rejects.toThrow("its directory can't be read: it ends before its end");
  });

  it('is refused when it says that it has more members than are read', async () => {
    for (const [count, words] of [
      [memberLimit, "its directory can't be read"],
      [memberLimit + 1, 'it says that it has 1000001 members'],
    ] as const) {
      writeFileSync(path, withCount(makeZip([]), count));
      await expect(openArchive(path)).rejects.toThrow(words);
    }
  });
});

/** An empty zip with a wide record before its last one, which says how many members there are. */
function withCount(empty: Buffer, count: number): Buffer {
  const [record, locator] = [Buffer.alloc(56), Buffer.alloc(20)];
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 32);
  locator.writeUInt32LE(0x07064b50, 0);
  return Buffer.concat([record, locator, empty]);
}

describe('a member', () => {
  it('may have other extra fields before its data than the directory has', async () => {
    const zip = makeZip([{ name: 'a', data: 'x', extra: Buffer.from([1, 2, 0, 0]) }]);
    writeFileSync(path, zip);
    await using archive = await openArchive(path);
    expect(archive.members.map(({ dataStart }) => zip.toString('latin1', dataStart, dataStart + 1))).toEqual([
      'x',
    ]);
  });

  it.each<[string, () => Buffer, string]>([
    [
      'that is not where the directory says',
      () => {
        const zip = makeZip([{ name: 'a', data: 'x' }]);
        zip.writeUInt8(0, 0);
        return zip;
      },
      'the member "a" is not where the directory says',
    ],
    [
      'whose data reach into the directory',
      () => makeZip([{ name: 'a', data: 'x', says: { packedSize: 2, size: 2 } }]),
      'the member "a" shares bytes with another',
    ],
  ])('%s is refused', async (_, zip, problem) => {
    writeFileSync(path, zip());
    await expect(openArchive(path)).rejects.toMatchObject({
      code: 'zip-damaged',
      message: expect.stringContaining(problem) as string,
    });
  });
});

it('a zip that is refused is closed', async () => {
  writeFileSync(path, 'no zip');
  await expect(openArchive(path)).rejects.toThrow('it is not a zip');
  expect(openFiles()).not.toContain(path);
});
