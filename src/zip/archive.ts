import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { fromRandomAccessReaderPromise, type Entry, type ZipFile } from 'yauzl';
import { failure, GitianError } from '../core/errors/gitian-error.js';
import { quoteWord } from '../core/processes/shell-quote.js';
import { systemWords } from '../core/words/system-words.js';
import { endProblem, endSize } from './directory-end.js';
import type { Member } from './member.js';
import { pathText } from './path-text.js';
import { contradiction, overlapping } from './structure.js';
import { WindowReader } from './window-reader.js';

/** A zip whose directory was read and found sound. Nothing of the members' data was looked at. */
export interface Archive extends AsyncDisposable {
  readonly file: FileHandle;
  /** Reads small pieces of the same file. */
  readonly reader: WindowReader;
  /** How messages call it. */
  readonly source: string;
  /** In the order of the directory. */
  readonly members: readonly Member[];
  readonly comment: Buffer;
}

/** How many members are read: more are refused, since each takes memory. */
export const memberLimit = 1_000_000;

/**
 * Opens a zip whose directory, which is kept in memory with all comments, has at most so many MiB. Throws
 * `file-unreadable`, `zip-refused`, or `zip-damaged` with what is wrong.
 */
export async function openArchive(path: string, source: string = path, directoryMib = 256): Promise<Archive> {
  // Opening a pipe would wait for who writes into it, and hear no signal.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(source, error);
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile())
      throw failure('file-unreadable', { what: 'zip', path: source, reason: 'it is not a file' });
    const reader = new WindowReader(file);
    const { members, comment } = await readDirectory(reader, stat.size, { source, directoryMib });
    return { file, reader, source, members, comment, [Symbol.asyncDispose]: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface Directory {
  readonly members: readonly Member[];
  readonly comment: Buffer;
}

/** A member whose local header wasn't read yet. */
type Described = Omit<Member, 'dataStart'>;

interface Asked {
  readonly source: string;
  readonly directoryMib: number;
}

async function readDirectory(reader: WindowReader, size: number, asked: Asked): Promise<Directory> {
  const { source } = asked;
  try {
    const zip = await fromRandomAccessReaderPromise(reader, size, { decodeStrings: false, autoClose: false });
    const comment = zip.comment as unknown as Buffer;
    // At first it is where the first entry begins, at last where the last one ends.
    const directoryStart = cursorOf(zip);
    const lastRecord = size - endSize - comment.length;
    await demandCounted(reader, { directoryStart, lastRecord }, source);
    const entries = await readEntries(zip, asked);
    const read = { count: entries.length, start: directoryStart, end: cursorOf(zip), lastRecord };
    const problem = await endProblem(reader, read);
    if (problem !== undefined) throw damaged(source, problem);
    const members: Member[] = [];
    for (const entry of entries) {
      // Added to the same object, since there may be a million.
      members.push(Object.assign(entry, { dataStart: await dataStart(reader, entry, source) }));
    }
    const shared = overlapping(members, directoryStart);
    if (shared !== undefined)
      throw damaged(source, `the member ${shown(shared.path)} shares bytes with another`);
    return { members, comment };
  } catch (error) {
    throw translated(error, source);
  }
}

async function readEntries(zip: ZipFile, { source, directoryMib }: Asked): Promise<Described[]> {
  if (!(zip.entryCount <= memberLimit)) {
    throw damaged(source, `it says that it has ${String(zip.entryCount)} members`);
  }
  const start = cursorOf(zip);
  const entries: Described[] = [];
  for await (const entry of zip.eachEntry()) {
    // What it says of its size itself may be anything.
    if (cursorOf(zip) - start > directoryMib * 1024 * 1024)
      throw damaged(source, `its directory is larger than ${String(directoryMib)} MiB`);
    entries.push(described(entry));
  }
  return entries;
}

/** The types call the cursor a boolean; it is the place in the file that is read next. */
function cursorOf(zip: ZipFile): number {
  return zip.readEntryCursor as unknown as number;
}

/**
 * Some programs look for the directory right before the end, where it is, others where it says it is: with bytes before
 * the zip that its offsets don't count these are two places, and could be two directories.
 */
async function demandCounted(
  reader: WindowReader,
  { directoryStart, lastRecord }: { readonly directoryStart: number; readonly lastRecord: number },
  source: string,
): Promise<void> {
  const begin = lastRecord - (await reader.bytes(lastRecord, endSize)).readUInt32LE(12);
  const isThere = async (at: number): Promise<boolean> =>
    at >= 0 && (await reader.bytes(at, 4)).toString('latin1') === 'PK\x01\x02';
  if (begin <= directoryStart || (await isThere(directoryStart)) || !(await isThere(begin))) return;
  throw failure('zip-refused', {
    source,
    reason: `${String(begin - directoryStart)} bytes lie before it that its directory doesn't count`,
    hint: `zip -A ${quoteWord(source)}`,
  });
}

/** One for all members that have none. */
const noBytes = Buffer.alloc(0);

/** What the directory says of a member. The library's own object isn't kept beside it. */
function described(entry: Entry): Described {
  const [name, flags, extraFields] = [entry.fileNameRaw, entry.generalPurposeBitFlag, entry.extraFields];
  return {
    name,
    path: pathText(name, flags, extraFields),
    comment: entry.fileCommentRaw.length === 0 ? noBytes : entry.fileCommentRaw,
    versionMadeBy: entry.versionMadeBy,
    flags,
    method: entry.compressionMethod,
    crc32: entry.crc32,
    packedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    internalAttributes: entry.internalFileAttributes,
    externalAttributes: entry.externalFileAttributes,
    extraFields,
    offset: entry.relativeOffsetOfLocalHeader,
  };
}

/** Where a member's data begin, behind its local header of 30 bytes, name and extra fields (APPNOTE 4.3.7). */
async function dataStart(reader: WindowReader, member: Described, source: string): Promise<number> {
  const { offset } = member;
  const fixed = await reader.bytes(offset, 30);
  if (fixed.length < 30 || fixed.readUInt32LE(0) !== 0x04034b50) {
    throw damaged(source, `the member ${shown(member.path)} is not where the directory says`);
  }
  const [nameLength, extraLength] = [fixed.readUInt16LE(26), fixed.readUInt16LE(28)];
  const local = {
    flags: fixed.readUInt16LE(6),
    method: fixed.readUInt16LE(8),
    crc32: fixed.readUInt32LE(14),
    packedSize: fixed.readUInt32LE(18),
    size: fixed.readUInt32LE(22),
    name: await reader.bytes(offset + 30, nameLength),
  };
  const problem = contradiction(member, local);
  if (problem !== undefined) throw damaged(source, `the member ${shown(member.path)} ${problem}`);
  return offset + 30 + nameLength + extraLength;
}

/** The failure of a zip that can't be trusted to be what it says; `problem` is a sentence's rest. */
export function damaged(source: string, problem: string): GitianError {
  return failure('zip-damaged', { source, problem });
}

/** A member's name for a sentence. */
export function shown(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
}

function translated(error: unknown, source: string): unknown {
  if (error instanceof GitianError || !(error instanceof Error)) return error;
  if ((error as NodeJS.ErrnoException).syscall !== undefined) return unreadable(source, error);
  if (error.message.startsWith('End of central directory record signature not found')) {
    return damaged(source, 'it is not a zip, or its end is missing');
  }
  return damaged(source, `its directory can't be read: ${error.message}`);
}

function unreadable(source: string, error: unknown): GitianError {
  const params = { what: 'zip', path: source, reason: systemWords(error) };
  return failure('file-unreadable', params, { cause: error });
}
