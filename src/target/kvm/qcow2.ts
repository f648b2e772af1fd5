import { openRegular } from '../../core/files/own-file.js';

const magic = 'QFI\u00fb';

/** Length of the part of a qcow2 file's header that is read here. */
const headerLength = 72;

/**
 * Whether a qcow2 overlay has nothing of its own: no cluster, no snapshot. Then it reads like what it lies over, and nobody
 * has written to it. False for what isn't one.
 */
export async function isUntouched(path: string): Promise<boolean> {
  await using file = await openRegular(path);
  const header = Buffer.alloc(headerLength);
  const { bytesRead } = await file.read(header, 0, headerLength, 0);
  const table = bytesRead < headerLength ? undefined : clusterTable(header);
  if (table === undefined) return false;
  const entries = Buffer.alloc(table.bytes);
  const read = await file.read(entries, 0, table.bytes, table.offset);
  // What lies beyond the end of the file reads as zeros.
  return entries.subarray(0, read.bytesRead).every((byte) => byte === 0);
}

/** How large a qcow2 file's disk is, in bytes; undefined for what isn't one. */
export async function virtualSize(path: string): Promise<bigint | undefined> {
  await using file = await openRegular(path);
  const header = Buffer.alloc(headerLength);
  await file.read(header, 0, headerLength, 0);
  return header.toString('latin1', 0, 4) === magic ? header.readBigUInt64BE(24) : undefined;
}

/** Whether a qcow2 file says that what it lacks, or all that it holds, is in another file: QEMU would open that. */
export async function namesOtherFile(path: string): Promise<boolean> {
  await using file = await openRegular(path);
  // What follows are features, which version 3 has.
  const header = Buffer.alloc(headerLength + 8);
  await file.read(header, 0, header.length, 0);
  const dataElsewhere = header.readUInt32BE(4) >= 3 && (header.readBigUInt64BE(headerLength) & 4n) !== 0n;
  return header.readBigUInt64BE(8) !== 0n || dataElsewhere;
}

/** Where the table of clusters lies; undefined for what is no qcow2 file, and for one with snapshots or an absurd table. */
export function clusterTable(
  header: Buffer,
): { readonly offset: number; readonly bytes: number } | undefined {
  if (header.toString('latin1', 0, 4) !== magic || header.readUInt32BE(60) !== 0) return undefined;
  const bytes = header.readUInt32BE(36) * 8;
  return bytes > 32 << 20 ? undefined : { offset: Number(header.readBigUInt64BE(40)), bytes };
}
