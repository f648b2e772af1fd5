import { once } from 'node:events';
import { Writable } from 'node:stream';
import { Parser, type ReadEntry } from 'tar';
import { failure } from '../../core/errors/gitian-error.js';
import { DiskRoom } from './disk-room.js';
import { entryPath, linkProblem } from './entry-name.js';
import { Refusal, UntrustedTree } from './untrusted-tree.js';

/**
 * Takes an untrusted tar stream and writes what is in it below a host directory that exists. Ends with
 * `guest-file-refused` at the first entry that is no plain file, directory or link within, or whose name isn't
 * plain; what came before it stays there. Memory grows with the number of folders, not with the stream.
 */
export class TarExtractor extends Writable {
  readonly #tree: UntrustedTree;
  readonly #room: DiskRoom;
  readonly #directory: string;
  readonly #parser: Parser;
  /** The entries that have come, handled one after the other. */
  #work: Promise<void> = Promise.resolve();
  /** The one that is being written. */
  #entry: ReadEntry | undefined;
  #failure: Error | undefined;
  #begun = false;
  #over = false;

  constructor(directory: string) {
    super({ highWaterMark: 1 << 20 });
    this.#tree = new UntrustedTree(directory);
    this.#room = new DiskRoom(directory);
    this.#directory = directory;
    this.#parser = new Parser({ strict: true });
    this.#parser.on('entry', (entry: ReadEntry) => {
      this.#work = this.#work.then(async () => this.#take(entry)).catch(this.#fail);
    });
    this.#parser.on('ignoredEntry', (entry: ReadEntry) => {
      this.#fail(refused(entry.path, 'its kind is unknown'));
    });
    this.#parser.on('error', (error: Error) => {
      this.#fail(refused('', `it is no tar stream: ${error.message}`));
    });
    this.#parser.on('eof', () => {
      this.#over = true;
    });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#feed(chunk).then(() => {
      done();
    }, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#finish().then(() => {
      done();
    }, done);
  }

  /** Over when nothing is written any more, and what wasn't whole is gone. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#failure ??= error ?? new Error('broken off');
    this.#entry?.destroy();
    void this.#work.then(() => {
      done(error);
    });
  }

  async #feed(chunk: Buffer): Promise<void> {
    // The parser would unpack compressed streams, and keep what follows the end in memory.
    if (!this.#begun && isCompressed(chunk)) throw refused('', 'it is a compressed stream');
    this.#begun = true;
    if (this.#over) return;
    const goesOn = this.#parser.write(chunk);
    this.#check();
    if (!goesOn) await once(this.#parser, 'drain');
    this.#check();
  }

  async #finish(): Promise<void> {
    // Only what breaks off has to be told so: the parser takes an empty stream for none.
    if (!this.#over) this.#parser.end();
    await this.#work;
    this.#check();
    if (!this.#over) throw refused('', 'it is a tar stream without an end');
    await this.#tree.close();
  }

  /** Remembers the first failure and wakes the write that waits. */
  readonly #fail = (error: unknown): void => {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.#parser.emit('drain');
  };

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #take(entry: ReadEntry): Promise<void> {
    this.#check();
    this.#entry = entry;
    try {
      await this.#write(entry);
      entry.resume();
    } catch (error) {
      throw error instanceof Refusal ? refused(entry.path, error.message) : error;
    }
  }

  async #write(entry: ReadEntry): Promise<void> {
    const { parts, problem } = entryPath(entry.path);
    if (parts === undefined) throw new Refusal(problem);
    // The size stands before the bytes, so a file that never fits isn't begun.
    if (!(await this.#room.take(entry.size))) {
      throw failure('no-room-for-file', { path: entry.path, size: entry.size, directory: this.#directory });
    }
    const { mode = 0o644, mtime = new Date(0), linkpath = '' } = entry;
    if (fileTypes.has(entry.type)) return this.#file(entry, parts, mode, mtime);
    if (folderTypes.has(entry.type)) return this.#tree.directory(parts, mode, mtime);
    if (entry.type === 'SymbolicLink') {
      const wrong = linkProblem(parts, linkpath);
      if (wrong !== undefined) throw new Refusal(wrong);
      return this.#tree.symbolicLink(parts, linkpath, mtime);
    }
    if (entry.type === 'Link') {
      const existing = entryPath(linkpath);
      if (existing.parts === undefined) throw new Refusal('it is a hard link out of the copied folder');
      return this.#tree.hardLink(parts, existing.parts);
    }
    throw new Refusal(`it is ${specialTypes[entry.type] ?? 'of an unknown kind'}`);
  }

  async #file(entry: ReadEntry, parts: readonly string[], mode: number, time: Date): Promise<void> {
    if (entry.size <= small) {
      this.#check();
      return this.#tree.smallFile(parts, await entry.concat(), mode, time);
    }
    const file = await this.#tree.file(parts);
    try {
      // An entry that has been destroyed meanwhile would be waited for without end.
      this.#check();
      for await (const bytes of gathered(entry)) {
        await file.handle.writeFile(bytes);
        this.#check();
      }
      await this.#tree.finish(file, mode, time);
    } catch (error) {
      await this.#tree.drop(file);
      throw error;
    }
  }
}

/** Up to which size a file is written in one go, in bytes. */
const small = 64 * 1024;

/** How much of a large one is written at once, in bytes; a call for each packet of a connection costs more than it writes. */
const piece = 1 << 20;

async function* gathered(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    size += chunk.length;
    if (size < piece) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    size = 0;
  }
  yield Buffer.concat(waiting);
}

const fileTypes: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile']);
const folderTypes: ReadonlySet<string> = new Set(['Directory', 'GNUDumpDir']);
const specialTypes: Readonly<Record<string, string>> = {
  CharacterDevice: 'a device',
  BlockDevice: 'a device',
  FIFO: 'a FIFO',
};

/** The magic bytes of gzip and zstd. */
function isCompressed(chunk: Buffer): boolean {
  return (
    chunk.subarray(0, 2).equals(Buffer.of(0x1f, 0x8b)) ||
    chunk.subarray(0, 4).equals(Buffer.of(0x28, 0xb5, 0x2f, 0xfd))
  );
}

function refused(path: string, reason: string): Error {
  return failure('guest-file-refused', { path, reason });
}
