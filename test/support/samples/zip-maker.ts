import { crc32, deflateRawSync } from 'node:zlib';

/** A member of a zip as a test wants it, wrong where the test wants it wrong. */
export interface MadeMember {
  readonly name: string | Buffer;
  readonly data?: string | Buffer;
  /** Stored without it. */
  readonly deflated?: boolean;
  /** Unix mode with the kind of file, such as 0o120777; without it the member was made on DOS. */
  readonly mode?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly extra?: Buffer;
  readonly comment?: string;
  /** What the headers say instead of what is so. */
  readonly says?: { readonly size?: number; readonly packedSize?: number; readonly crc32?: number };
  /** What the local header says of the name, instead of the directory's. */
  readonly localName?: string;
  /** The index of a member whose data this one uses. */
  readonly sharesWith?: number;
}

/** Makes a zip byte by byte; `comment` is the archive's. */
export function makeZip(
  members: readonly MadeMember[],
  comment = '',
  prefix: Buffer = Buffer.alloc(0),
): Buffer {
  const parts: Buffer[] = [prefix];
  const entries: Buffer[] = [];
  const offsets: number[] = [];
  let position = prefix.length;
  for (const member of members) {
    const header = headers(member);
    const shared = member.sharesWith === undefined ? undefined : offsets[member.sharesWith];
    const offset = shared ?? position;
    offsets.push(offset);
    if (shared === undefined) {
      parts.push(header.local, header.packed);
      position += header.local.length + header.packed.length;
    }
    entries.push(header.entry(offset));
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(position, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  return Buffer.concat([...parts, directory, end, Buffer.from(comment)]);
}

function headers(member: MadeMember): { local: Buffer; packed: Buffer; entry: (offset: number) => Buffer } {
  const name = Buffer.from(member.name);
  const localName = Buffer.from(member.localName ?? name);
  const data = Buffer.from(member.data ?? '');
  const packed = member.deflated === true ? deflateRawSync(data) : data;
  const extra = member.extra ?? Buffer.alloc(0);
  const comment = Buffer.from(member.comment ?? '');
  const shared = Buffer.alloc(20);
  shared.writeUInt16LE(member.flags ?? 0x800, 0);
  shared.writeUInt16LE(member.method ?? (member.deflated === true ? 8 : 0), 2);
  shared.writeUInt16LE(0x6000, 4);
  shared.writeUInt16LE(0x5345, 6);
  shared.writeUInt32LE(member.says?.crc32 ?? crc32(data), 8);
  shared.writeUInt32LE(member.says?.packedSize ?? packed.length, 12);
  shared.writeUInt32LE(member.says?.size ?? data.length, 16);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  shared.copy(local, 6);
  local.writeUInt16LE(localName.length, 26);
  local.writeUInt16LE(extra.length, 28);
  const entry = (offset: number): Buffer => {
    const fixed = Buffer.alloc(46);
    fixed.writeUInt32LE(0x02014b50, 0);
    fixed.writeUInt16LE(member.mode === undefined ? 20 : (3 << 8) | 30, 4);
    fixed.writeUInt16LE(20, 6);
    shared.copy(fixed, 8);
    fixed.writeUInt16LE(name.length, 28);
    fixed.writeUInt16LE(extra.length, 30);
    fixed.writeUInt16LE(comment.length, 32);
    fixed.writeUInt32LE(((member.mode ?? 0) << 16) >>> 0, 38);
    fixed.writeUInt32LE(offset, 42);
    return Buffer.concat([fixed, name, extra, comment]);
  };
  return { local: Buffer.concat([local, localName, extra]), packed, entry };
}
