import { Writable } from 'node:stream';
import { Parser, type ReadEntry } from 'tar';
import { failure } from '../../core/errors/gitian-error.js';
import { DiskRoom } from './disk-room.js';
import { entryPath, linkProblem } from './entry-name.js';
import { Refusal, UntrustedTree, type ArrivingFile } from './untrusted-tree.js';

/**
 * Takes an untrusted tar stream and writes what is in it below a host directory that exists. Ends with
 * `guest-file-refused` at the first entry that is no plain file, directory or link within, or whose name isn't
 * plain; what came before it stays there. Memory grows with the number of folders, not with the stream.
 *
 * Each piece of the stream is on its way to the disk before the next is taken, without a wait in between: handing every
 * call for a small file to another thread takes longer than the calls do.
 */
export class TarExtractor extends Writable {
  readonly #tree: UntrustedTree;
  readonly #room: DiskRoom;
  readonly #directory: string;
  readonly #parser: Parser;
  /** The file that is being written. */
  #file: ArrivingFile | undefined;
  #failure: Error | undefined;
  /** The first bytes, until there are enough of them to tell a compressed stream. */
  #opening: Buffer | undefined = Buffer.alloc(0);
  #over = false;
  #entriesLeft: number;

  /** `most` entries are taken, and the next is refused: whoever reads their names later keeps them in memory. */
  constructor(directory: string, most = 1_000_000, room = new DiskRoom(directory)) {
    super({ highWaterMark: 1 << 20 });
    this.#tree = new UntrustedTree(directory);
    this.#room = room;
    this.#directory = directory;
    this.#entriesLeft = most;
    this.#parser = new Parser({ strict: true });
    this.#parser.on('entry', (entry: ReadEntry) => {
      this.#attempt(entry, () => {
        this.#take(entry);
      });
      // Refused or not, the parser goes on when it has been read.
      entry.resume();
    });
    this.#parser.on('ignoredEntry', (entry: ReadEntry) => {
      this.#failure ??= refused(entry.path, 'its kind is unknown');
    });
    this.#parser.on('error', (error: Error) => {
      this.#failure ??= refused('', `it is no tar stream: ${error.message}`);
    });
    this.#parser.on('eof', () => {
      this.#over = true;
    });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    done(
      thrownBy(() => {
        this.#feed(chunk);
      }),
    );
  }

  override _final(done: (error?: Error) => void): void {
    done(
      thrownBy(() => {
        this.#finish();
      }),
    );
  }

  /** What isn't whole goes. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const file = this.#file;
    this.#file = undefined;
    const inTheWay =
      file &&
      thrownBy(() => {
        this.#tree.drop(file);
      });
    done(error ?? inTheWay);
  }

  #feed(chunk: Buffer): void {
    if (this.#opening === undefined) {
      this.#parse(chunk);
      return;
    }
    this.#opening = Buffer.concat([this.#opening, chunk]);
    if (this.#opening.length >= longestMagic) this.#begin(this.#opening);
  }

  /** The parser would unpack a compressed stream, and gather what follows the end of what it unpacks. */
  #begin(opening: Buffer): void {
    if (isCompressed(opening)) throw refused('', 'it is a compressed stream');
    this.#opening = undefined;
    this.#parse(opening);
  }

  #parse(bytes: Buffer): void {
    // The parser would keep what follows the end in memory.
    if (this.#over) return;
    this.#parser.write(bytes);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #finish(): void {
    if (this.#opening !== undefined) this.#begin(this.#opening);
    // Only what breaks off has to be told so: the parser takes an empty stream for none.
    if (!this.#over) this.#parser.end();
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#over) throw refused('', 'it is a tar stream without an end');
    this.#tree.close();
  }

  /** Does something for an entry, unless something failed before; remembers the first failure. */
  #attempt(entry: ReadEntry, act: () => void): void {
    if (this.#failure !== undefined) return;
    const error = thrownBy(act);
    if (error instanceof Refusal) this.#failure = refused(entry.path, error.message);
    else if (isTooLong(error))
      this.#failure = refused(entry.path, 'its path is longer than this host allows');
    else this.#failure = error;
  }

  #take(entry: ReadEntry): void {
    if (this.#entriesLeft-- === 0) throw new Refusal('there are too many files before it');
    const { parts, problem } = entryPath(entry.path);
    if (parts === undefined) throw new Refusal(problem);
    // The size stands before the bytes, so a file that never fits isn't begun.
    if (!this.#room.take(entry.size)) {
      throw failure('no-room-for-file', { path: entry.path, size: entry.size, directory: this.#directory });
    }
    const { mode = 0o644, mtime = new Date(0), linkpath = '' } = entry;
    if (Number.isNaN(mtime.getTime())) throw new Refusal('its time is out of bounds');
    if (fileTypes.has(entry.type)) {
      this.#takeFile(entry, parts, { mode, time: mtime });
    } else if (folderTypes.has(entry.type)) {
      this.#tree.directory(parts, mode, mtime);
    } else if (entry.type === 'SymbolicLink') {
      const wrong = linkProblem(parts, linkpath);
      if (wrong !== undefined) throw new Refusal(wrong);
      this.#tree.symbolicLink(parts, linkpath, mtime);
    } else if (entry.type === 'Link') {
      const existing = entryPath(linkpath);
      if (existing.parts === undefined) throw new Refusal('it is a hard link out of the copied folder');
      this.#tree.hardLink(parts, existing.parts);
    } else {
      throw new Refusal(`it is ${specialTypes[entry.type] ?? 'of an unknown kind'}`);
    }
  }

  #takeFile(
    entry: ReadEntry,
    parts: readonly string[],
    { mode, time }: { readonly mode: number; readonly time: Date },
  ): void {
    const file = this.#tree.file(parts);
    this.#file = file;
    entry.on('data', (bytes: Buffer) => {
      this.#attempt(entry, () => {
        this.#tree.write(file, bytes);
      });
    });
    entry.on('end', () => {
      this.#attempt(entry, () => {
        this.#file = undefined;
        this.#tree.finish(file, mode, time);
      });
    });
  }
}

function thrownBy(act: () => void): Error | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const fileTypes: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile']);
const folderTypes: ReadonlySet<string> = new Set(['Directory', 'GNUDumpDir']);
const specialTypes: Readonly<Record<string, string>> = {
  CharacterDevice: 'a device',
  BlockDevice: 'a device',
  FIFO: 'a FIFO',
};

/** The magic bytes of gzip and zstd, which the parser unpacks without being asked to. */
const magics: readonly Buffer[] = [Buffer.of(0x1f, 0x8b), Buffer.of(0x28, 0xb5, 0x2f, 0xfd)];
const longestMagic = 4;

function isCompressed(opening: Buffer): boolean {
  return magics.some((magic) => opening.subarray(0, magic.length).equals(magic));
}

/** The system refuses paths from 4,096 bytes on, the folder that they are below counted. */
function isTooLong(error: Error | undefined): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENAMETOOLONG';
}

/** How much of a path is said, in characters. */
const mostShown = 300;

function refused(path: string, reason: string): Error {
  const shown = path.length > mostShown ? `…${path.slice(-mostShown)}` : path;
  return failure('guest-file-refused', { path: shown, reason });
}
