import { extraKinds, flagBits, methods, type Member } from '../zip/member.js';
import type { DosDay } from './day.js';

/** A member as it is written: what its local header and its entry in the directory say. */
export interface CanonicalMember extends Omit<Member, 'path' | 'offset' | 'dataStart'> {
  readonly day: DosDay;
}

/**
 * What is kept of a member, and what isn't.
 *
 * Kept: name, comment, compression and the packed bytes themselves, size, checksum, the system it was made on (modes mean
 * something on that system only), attributes. Set: the date, to midnight. Left out: every extra field but those that
 * belong to the content, since the others hold times, owners and inodes; the descriptor behind the data, whose facts
 * stand in the header.
 */
export function canonicalMember(member: Member, day: DosDay): CanonicalMember {
  return {
    name: member.name,
    comment: member.comment,
    versionMadeBy: member.versionMadeBy,
    flags: member.flags & keptFlags(member),
    method: member.method,
    day,
    crc32: member.crc32,
    packedSize: member.packedSize,
    size: member.size,
    internalAttributes: member.internalAttributes,
    externalAttributes: member.externalAttributes,
    extraFields: member.extraFields.filter(({ id }) => keptExtras.has(id)),
  };
}

/** How hard it was packed is said in two bits, which mean this only for deflated data. */
function keptFlags({ method }: Member): number {
  return flagBits.utf8 | (method === methods.deflated ? 0b110 : 0);
}

/** The name and the comment in UTF-8, and the mark of a Java archive. */
const keptExtras: ReadonlySet<number> = new Set([extraKinds.unicodePath, 0x6375, 0xcafe]);
