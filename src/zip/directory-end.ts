import type { WindowReader } from './window-reader.js';

/** The entries of a directory that were read, and where the last record of the zip begins. */
export interface ReadEntries {
  readonly count: number;
  readonly start: number;
  /** Behind the last of them. */
  readonly end: number;
  readonly lastRecord: number;
}

/** The size of the last record without the comment, in bytes (APPNOTE 4.3.16). */
export const endSize = 22;

/**
 * What is wrong behind the entries. There must be the end and nothing else, and what it says must be so: programs that find
 * the directory by its place, its size or the number of its entries would see different zips.
 */
export async function endProblem(reader: WindowReader, read: ReadEntries): Promise<string | undefined> {
  const { count, start, end, lastRecord } = read;
  const wide = end === lastRecord ? undefined : await wideRecord(reader, read);
  if (wide === 'none') {
    const isEntry = (await reader.bytes(end, 4)).toString('latin1') === 'PK\x01\x02';
    return isEntry
      ? 'its directory has more in it than it says'
      : 'its end is not right behind its directory';
  }
  const so: Described = { count, start, size: end - start };
  const last = await lastSays(reader, lastRecord);
  const agrees = keys.every((key) => {
    if (wide === undefined) return last[key] === so[key];
    return wide[key] === so[key] && (last[key] === so[key] || last[key] === elsewhere[key]);
  });
  return agrees ? undefined : 'its directory is not what its end says';
}

/** What a record says of the directory. */
interface Described {
  readonly count: number;
  readonly size: number;
  readonly start: number;
}

const keys = ['count', 'size', 'start'] as const;

/** What the last record says of a number that the wide one tells. */
const elsewhere: Described = { count: 0xffff, size: 0xffffffff, start: 0xffffffff };

async function lastSays(reader: WindowReader, at: number): Promise<Described> {
  const bytes = await reader.bytes(at, endSize);
  return { count: bytes.readUInt16LE(10), size: bytes.readUInt32LE(12), start: bytes.readUInt32LE(16) };
}

/** What the wide record says that, with its locator, fills the place up to the last one (APPNOTE 4.3.14, 4.3.15). */
async function wideRecord(
  reader: WindowReader,
  { end, lastRecord }: ReadEntries,
): Promise<Described | 'none'> {
  const locatorAt = lastRecord - 20;
  if (locatorAt - end < 56) return 'none';
  const [wide, locator] = [await reader.bytes(end, 56), await reader.bytes(locatorAt, 20)];
  const fills =
    wide.readUInt32LE(0) === 0x06064b50 &&
    end + 12 + wideNumber(wide, 4) === locatorAt &&
    locator.readUInt32LE(0) === 0x07064b50 &&
    wideNumber(locator, 8) === end;
  return fills
    ? { count: wideNumber(wide, 32), size: wideNumber(wide, 40), start: wideNumber(wide, 48) }
    : 'none';
}

function wideNumber(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
