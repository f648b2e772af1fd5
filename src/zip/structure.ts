import { flagBits, type Member } from './member.js';

/** What a local header, which lies before a member's data, says again. */
export interface LocalHeader {
  readonly flags: number;
  readonly method: number;
  readonly name: Buffer;
  readonly crc32: number;
  /** 0 or 0xffffffff where it's told elsewhere: behind the data, or in an extra field. */
  readonly packedSize: number;
  readonly size: number;
}

/** How a member's local header contradicts the directory: programs that read one or the other would see two zips. */
export function contradiction(member: Omit<Member, 'dataStart'>, local: LocalHeader): string | undefined {
  if (!local.name.equals(member.name)) return 'has another name in its own header';
  if (local.method !== member.method) return 'has another compression in its own header';
  if (((local.flags ^ member.flags) & flagBits.encrypted) !== 0)
    return 'is encrypted in one of its headers only';
  const later = (local.flags & flagBits.descriptor) !== 0;
  if (local.crc32 !== member.crc32 && !later) return 'has another checksum in its own header';
  const agrees = (told: number, size: number): boolean =>
    told === size || told === 0xffffffff || (later && told === 0);
  if (agrees(local.size, member.size) && agrees(local.packedSize, member.packedSize)) return undefined;
  return 'has another size in its own header';
}

/** Which member shares bytes with another one or with the directory; zip bombs are made of such. */
export function overlapping(members: readonly Member[], directoryStart: number): Member | undefined {
  const byOffset = [...members].sort((a, b) => a.offset - b.offset);
  return byOffset.find((member, index) => {
    const next = byOffset[index + 1]?.offset ?? directoryStart;
    return member.dataStart + member.packedSize > next;
  });
}
