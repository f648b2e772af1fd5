/** One member of a zip as its central directory describes it; texts are bytes, as they are in the file. */
export interface Member {
  readonly name: Buffer;
  /** The name as text, with `/` between folders; a folder's ends in one. Safe to print only, not to open. */
  readonly path: string;
  readonly comment: Buffer;
  readonly versionMadeBy: number;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  /** Bytes in the zip, and unpacked. */
  readonly packedSize: number;
  readonly size: number;
  readonly internalAttributes: number;
  readonly externalAttributes: number;
  readonly extraFields: readonly ExtraField[];
  /** Where its local header and where its data begin. */
  readonly offset: number;
  readonly dataStart: number;
}

/** Further facts of a member by the number of their kind (APPNOTE 4.5). */
export interface ExtraField {
  readonly id: number;
  readonly data: Buffer;
}

/** How data is packed: the two that everybody can unpack. */
export const methods = { stored: 0, deflated: 8 } as const;

/** What other ways are called, by number (APPNOTE 4.4.5). */
export const methodNames: Readonly<Record<number, string>> = {
  1: 'shrink',
  2: 'reduce',
  3: 'reduce',
  4: 'reduce',
  5: 'reduce',
  6: 'implode',
  9: 'deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'zstd',
  95: 'xz',
  96: 'JPEG',
  97: 'WavPack',
  98: 'PPMd',
  99: 'AES',
};

/** Bits of the general purpose flag. */
export const flagBits = {
  encrypted: 1 << 0,
  descriptor: 1 << 3,
  utf8: 1 << 11,
  maskedHeaders: 1 << 13,
} as const;

/** Kinds of extra fields that are told apart. */
export const extraKinds = { zip64: 0x0001, unicodePath: 0x7075 } as const;

/** What kind of file a member is. */
export type MemberKind = 'file' | 'folder' | 'link' | 'special';

/** The kind of a member: from its name, and from the mode that Unix systems record. */
export function memberKind(member: Member): MemberKind {
  const type = (unixMode(member) ?? 0) & 0o170000;
  if (type === 0o120000) return 'link';
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) return 'special';
  return member.path.endsWith('/') || type === 0o040000 ? 'folder' : 'file';
}

/** The mode of a member that a Unix system or macOS made. */
export function unixMode(member: Pick<Member, 'versionMadeBy' | 'externalAttributes'>): number | undefined {
  const system = member.versionMadeBy >>> 8;
  return system === 3 || system === 19 ? member.externalAttributes >>> 16 : undefined;
}
