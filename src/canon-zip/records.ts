import { extraKinds, methods, type ExtraField } from '../zip/member.js';
import type { CanonicalMember } from './canonical-member.js';

/** What stands in a field of 16 or 32 bits whose value is told in a wider one elsewhere (zip64). */
const [full16, full32] = [0xffff, 0xffffffff];

/** The header before a member's data (APPNOTE 4.3.7). */
export function localHeader(member: CanonicalMember): Buffer {
  // Here both sizes stand in the wide field or none.
  const wide = member.size >= full32 || member.packedSize >= full32;
  const extra = extraBytes([
    ...(wide ? [zip64Field([member.size, member.packedSize])] : []),
    ...member.extraFields,
  ]);
  const fixed = Buffer.alloc(30);
  fixed.writeUInt32LE(0x04034b50, 0);
  fixed.writeUInt16LE(versionNeeded(member, wide), 4);
  shared(member, wide).copy(fixed, 6);
  fixed.writeUInt16LE(member.name.length, 26);
  fixed.writeUInt16LE(extra.length, 28);
  return Buffer.concat([fixed, member.name, extra]);
}

/** A member's entry in the central directory (APPNOTE 4.3.12); `offset` is where its local header begins. */
export function directoryEntry(member: CanonicalMember, offset: number): Buffer {
  const wide = [member.size, member.packedSize, offset].filter((value) => value >= full32);
  const extra = extraBytes([...(wide.length > 0 ? [zip64Field(wide)] : []), ...member.extraFields]);
  const fixed = Buffer.alloc(46);
  fixed.writeUInt32LE(0x02014b50, 0);
  fixed.writeUInt16LE(member.versionMadeBy, 4);
  fixed.writeUInt16LE(versionNeeded(member, wide.length > 0), 6);
  shared(member, false).copy(fixed, 8);
  fixed.writeUInt16LE(member.name.length, 28);
  fixed.writeUInt16LE(extra.length, 30);
  fixed.writeUInt16LE(member.comment.length, 32);
  fixed.writeUInt16LE(member.internalAttributes, 36);
  fixed.writeUInt32LE(member.externalAttributes, 38);
  fixed.writeUInt32LE(Math.min(offset, full32), 42);
  return Buffer.concat([fixed, member.name, extra, member.comment]);
}

/** The central directory's place and size, and the end of the file. */
export interface DirectoryPlace {
  readonly count: number;
  readonly offset: number;
  readonly size: number;
  readonly comment: Buffer;
}

/** What stands behind the central directory (APPNOTE 4.3.14 to 4.3.16). */
export function endRecords(directory: DirectoryPlace): Buffer {
  const { count, offset, size, comment } = directory;
  const wide = count >= full16 || offset >= full32 || size >= full32;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, full16), 8);
  end.writeUInt16LE(Math.min(count, full16), 10);
  end.writeUInt32LE(Math.min(size, full32), 12);
  end.writeUInt32LE(Math.min(offset, full32), 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...(wide ? [wideEnd(directory)] : []), end, comment]);
}

function wideEnd({ count, offset, size }: DirectoryPlace): Buffer {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(wideVersion, 12);
  record.writeUInt16LE(wideVersion, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator]);
}

/** The version of the format that knows zip64. */
const wideVersion = 45;

function versionNeeded({ method, name }: CanonicalMember, wide: boolean): number {
  if (wide) return wideVersion;
  return method === methods.deflated || name.at(-1) === 0x2f ? 20 : 10;
}

/** The 20 bytes from the flags to the sizes, which both headers have. The time is midnight. */
function shared(member: CanonicalMember, sizesElsewhere: boolean): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16LE(member.flags, 0);
  bytes.writeUInt16LE(member.method, 2);
  bytes.writeUInt16LE(member.day, 6);
  bytes.writeUInt32LE(member.crc32, 8);
  bytes.writeUInt32LE(sizesElsewhere ? full32 : Math.min(member.packedSize, full32), 12);
  bytes.writeUInt32LE(sizesElsewhere ? full32 : Math.min(member.size, full32), 16);
  return bytes;
}

function zip64Field(values: readonly number[]): ExtraField {
  const data = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => data.writeBigUInt64LE(BigInt(value), index * 8));
  return { id: extraKinds.zip64, data };
}

function extraBytes(fields: readonly ExtraField[]): Buffer {
  return Buffer.concat(
    fields.flatMap(({ id, data }) => {
      const head = Buffer.alloc(4);
      head.writeUInt16LE(id, 0);
      head.writeUInt16LE(data.length, 2);
      return [head, data];
    }),
  );
}
