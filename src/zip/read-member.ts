import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { failure } from '../core/errors/gitian-error.js';
import { damaged, shown, type Archive } from './archive.js';
import { flagBits, methodNames, methods, type Member } from './member.js';

/** Takes data as it comes; what it returns is waited for. */
export type Take = (bytes: Buffer) => Promise<void> | void;

/** What is wanted of a member: its data as it lies in the zip, and unpacked. */
export interface MemberSinks {
  readonly packed?: Take;
  readonly plain?: Take;
  readonly signal: AbortSignal;
}

/** Bytes that are read at once. */
const chunkSize = 1 << 20;

/** Members up to this size, packed and unpacked, are taken in one go: starting streams costs more than they do. */
const smallSize = 1 << 16;

/**
 * Reads a member from its beginning to its end and checks that it is what the directory says: no byte more or less,
 * and the right checksum. What was handed over before `zip-damaged` is thrown must not be used. Throws
 * `zip-refused` for what isn't read, before anything is.
 */
export async function readMember(
  archive: Archive,
  member: Member,
  { packed, plain, signal }: MemberSinks,
): Promise<void> {
  signal.throwIfAborted();
  refuseUnreadable(archive, member);
  const check = new Check(archive, member, plain);
  const isSmall = member.packedSize <= smallSize && member.size <= smallSize;
  await (isSmall ? readSmall : readLarge)(archive, member, { packed, check, signal });
  check.end();
}

interface Reading {
  readonly packed: Take | undefined;
  readonly check: Check;
  readonly signal: AbortSignal;
}

function refuseUnreadable(archive: Archive, member: Member): void {
  if ((member.flags & (flagBits.encrypted | flagBits.maskedHeaders)) !== 0) {
    throw refused(archive, member, { what: 'is encrypted', hint: 'pack it again, without a password' });
  }
  if (member.method !== methods.stored && member.method !== methods.deflated) {
    const method = methodNames[member.method] ?? `method ${String(member.method)}`;
    throw refused(archive, member, {
      what: `is packed with ${method}`,
      hint: 'pack it again, as zip does: members are stored or deflated',
    });
  }
}

function refused(
  { source }: Archive,
  { path }: Member,
  { what, hint }: { what: string; hint: string },
): Error {
  return failure('zip-refused', { source, reason: `${shown(path)} ${what}`, hint });
}

/** Does what `inflateRawSync` does, and says how much of the input it took. */
const unpack = inflateRawSync as unknown as (
  bytes: Buffer,
  options: object,
) => { buffer: Buffer; engine: { bytesWritten: number } };

async function readSmall(archive: Archive, member: Member, { packed, check }: Reading): Promise<void> {
  const bytes = await archive.reader.bytes(member.dataStart, member.packedSize);
  if (bytes.length < member.packedSize) throw check.wrong('ends before its end');
  await packed?.(bytes);
  if (member.method === methods.stored) {
    await check.take(bytes);
    return;
  }
  try {
    const { buffer, engine } = unpack(bytes, { info: true, maxOutputLength: smallSize + 1 });
    check.consumed(engine.bytesWritten);
    await check.take(buffer);
  } catch (error) {
    throw check.translated(error);
  }
}

async function readLarge(
  archive: Archive,
  member: Member,
  { packed, check, signal }: Reading,
): Promise<void> {
  const chunks = Readable.from(packedChunks(archive, member, packed), {
    objectMode: true,
    highWaterMark: 1,
  });
  const take = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const bytes of source) await check.take(bytes);
  };
  try {
    if (member.method === methods.stored) await pipeline(chunks, take, { signal });
    else {
      const inflate = createInflateRaw({ chunkSize });
      await pipeline(chunks, inflate, take, { signal });
      check.consumed(inflate.bytesWritten);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw check.translated(error);
  }
}

async function* packedChunks(
  archive: Archive,
  member: Member,
  packed: Take | undefined,
): AsyncIterable<Buffer> {
  for (let done = 0; done < member.packedSize;) {
    const bytes = Buffer.allocUnsafe(Math.min(chunkSize, member.packedSize - done));
    const { bytesRead } = await archive.file.read(bytes, 0, bytes.length, member.dataStart + done);
    if (bytesRead === 0)
      throw damaged(archive.source, `the member ${shown(member.path)} ends before its end`);
    const chunk = bytes.subarray(0, bytesRead);
    await packed?.(chunk);
    yield chunk;
    done += bytesRead;
  }
}

/** Holds what is unpacked against what the directory says. */
class Check {
  readonly #archive: Archive;
  readonly #member: Member;
  readonly #plain: Take | undefined;
  #size = 0;
  #crc = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(archive: Archive, member: Member, plain: Take | undefined) {
    this.#archive = archive;
    this.#member = member;
    this.#plain = plain;
  }

  async take(bytes: Buffer): Promise<void> {
    try {
      this.#size += bytes.length;
      if (this.#size > this.#member.size) throw this.wrong('unpacks to more than it says');
      this.#crc = crc32(bytes, this.#crc);
      await this.#plain?.(bytes);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  /** Tells how much of the packed data was needed. */
  consumed(bytes: number): void {
    if (bytes !== this.#member.packedSize) throw this.wrong('has bytes behind its data');
  }

  end(): void {
    if (this.#size !== this.#member.size) throw this.wrong('unpacks to less than it says');
    if (this.#crc !== this.#member.crc32) throw this.wrong('has a wrong checksum');
  }

  wrong(problem: string): Error {
    return damaged(this.#archive.source, `the member ${shown(this.#member.path)} ${problem}`);
  }

  /** What zlib says of broken data, as a sentence. */
  translated(error: unknown): unknown {
    // Where taking fails, all that a pipeline may tell is that it was ended.
    if (this.#failure !== undefined) return this.#failure.error;
    const { code, errno } = error as { code?: unknown; errno?: unknown };
    if (code === 'ERR_BUFFER_TOO_LARGE') return this.wrong('unpacks to more than it says');
    // The unpacker was through before its input was.
    if (code === 'ABORT_ERR') return this.wrong('has bytes behind its data');
    const fromZlib = typeof code === 'string' && code.startsWith('Z_');
    if (!fromZlib) return error;
    return this.wrong(errno === constants.Z_BUF_ERROR ? 'ends before its end' : 'has damaged data');
  }
}
