import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchive } from '../../../src/zip/archive.js';
import { makeZip } from '../../support/samples/zip-maker.js';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'end-')), 'a.zip');
});
afterEach(() => {
  rmSync(join(path, '..'), { recursive: true });
});

async function names(zip: Buffer): Promise<readonly string[]> {
  writeFileSync(path, zip);
  await using archive = await openArchive(path);
  return archive.members.map((member) => member.path);
}

async function refused(zip: Buffer, problem: string): Promise<void> {
  await expect(names(zip)).rejects.toMatchObject({
    code: 'zip-damaged',
    message: expect.stringContaining(problem) as string,
  });
}

const two = makeZip([
  { name: 'a', data: 'x' },
  { name: 'b', data: 'y' },
]);
/** The size of an entry whose name is one letter. */
const entrySize = 47;
const directorySize = 2 * entrySize;
const lastRecord = two.length - 22;
const directoryStart = lastRecord - directorySize;
const [ofCount, ofSize, ofStart] = [10, 12, 16];

/** A zip whose last record says something else. */
function saying(zip: Buffer, change: (last: Buffer) => void): Buffer {
  const changed = Buffer.from(zip);
  change(changed.subarray(zip.length - 22));
  return changed;
}

describe('behind the entries of a directory', () => {
  it('is the end', async () => {
    expect(await names(two)).toEqual(['a', 'b']);
    expect(await names(makeZip([]))).toEqual([]);
  });

  it('can be no entry that the count leaves out', async () => {
    const zip = saying(two, (last) => last.writeUInt16LE(1, ofCount));
    await refused(zip, 'its directory has more in it than it says');
  });

  it('can be no other directory, which programs find that look right before the end', async () => {
    const seen = makeZip([{ name: 'a', data: 'x' }]);
    const start = seen.length - 22 - entrySize;
    const other = makeZip([{ name: 'b', data: 'y' }], '', seen);
    const zip = saying(other, (last) => last.writeUInt32LE(start, ofStart));
    await refused(zip, 'its end is not right behind its directory');
  });

  it('is an end that knows of no entry before them', async () => {
    const zip = saying(two, (last) => {
      last.writeUInt16LE(1, ofCount);
      last.writeUInt32LE(directoryStart + entrySize, ofStart);
    });
    await refused(zip, 'its directory is not what its end says');
  });
});

interface Wide {
  readonly size?: number;
  readonly locatorSays?: number;
  readonly recordSize?: number;
  readonly between?: Buffer;
  readonly signatures?: readonly [number, number];
}

/** The zip of two members with the wide record in it, and 0xff where the last one needn't tell. */
function withWide({ size, locatorSays, recordSize, between, signatures }: Wide = {}): Buffer {
  const [record, locator] = [Buffer.alloc(56), Buffer.alloc(20)];
  record.writeUInt32LE(signatures?.[0] ?? 0x06064b50, 0);
  record.writeBigUInt64LE(BigInt(recordSize ?? 44), 4);
  [2, 2, size ?? directorySize, directoryStart].forEach((value, index) =>
    record.writeBigUInt64LE(BigInt(value), 24 + 8 * index),
  );
  locator.writeUInt32LE(signatures?.[1] ?? 0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(locatorSays ?? lastRecord), 8);
  locator.writeUInt32LE(1, 16);
  const last = Buffer.from(two.subarray(lastRecord)).fill(0xff, 8, 20);
  return Buffer.concat([
    two.subarray(0, lastRecord),
    record,
    ...(between === undefined ? [] : [between]),
    locator,
    last,
  ]);
}

describe('the wide records of a zip', () => {
  it('tell what the last one needs not', async () => {
    expect(await names(withWide())).toEqual(['a', 'b']);
    expect(await names(withWide({ recordSize: 47, between: Buffer.alloc(3) }))).toEqual(['a', 'b']);
    const repeated = saying(withWide(), (last) => two.copy(last, 8, lastRecord + 8, lastRecord + 20));
    expect(await names(repeated)).toEqual(['a', 'b']);
  });

  it('may be as long as an entry', async () => {
    // Then the size that the last one repeats leads from its place to the second entry.
    const zip = makeZip(['a', 'b'].map((letter) => ({ name: letter.repeat(30) })));
    const [end, start] = [zip.length - 22, zip.length - 22 - 2 * 76];
    const wide = withWide().subarray(lastRecord, lastRecord + 76);
    [152, start].forEach((value, index) => wide.writeBigUInt64LE(BigInt(value), 40 + 8 * index));
    wide.writeBigUInt64LE(BigInt(end), 56 + 8);
    const made = Buffer.concat([zip.subarray(0, end), wide, zip.subarray(end)]);
    expect((await names(made)).length).toBe(2);
  });

  it.each<[string, () => Buffer, string]>([
    ['another size', () => withWide({ size: entrySize }), 'is not what its end says'],
    [
      'another count than the last one',
      () => saying(withWide(), (last) => last.writeUInt16LE(1, ofCount)),
      'is not what its end says',
    ],
    [
      'another size than the last one',
      () => saying(withWide(), (last) => last.writeUInt32LE(entrySize, ofSize)),
      'is not what its end says',
    ],
    [
      'another place than the last one',
      () => saying(withWide(), (last) => last.writeUInt32LE(directoryStart + entrySize, ofStart)),
      'is not what its end says',
    ],
    ['bytes behind them', () => withWide({ between: Buffer.alloc(3) }), 'its end is not right behind'],
    ['a size of their own', () => withWide({ recordSize: 45 }), 'its end is not right behind'],
  ])('are refused with %s', async (_, zip, problem) => {
    await refused(zip(), problem);
  });

  it('are refused where they are not those that lead to the directory', async () => {
    const copy = withWide().subarray(lastRecord, lastRecord + 56);
    const zip = Buffer.concat([copy, withWide()]);
    // Before the zip, where nothing counts them.
    zip.writeBigUInt64LE(0n, zip.length - 42 + 8);
    zip.writeBigUInt64LE(BigInt(directoryStart + copy.length), 48);
    await refused(zip, 'its end is not right behind');
  });
});
