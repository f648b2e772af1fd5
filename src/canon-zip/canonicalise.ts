import { lstat, realpath, stat, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CleanUp } from '../core/clean-up.js';
import { Draft } from '../core/files/draft.js';
import { failure, GitianError } from '../core/errors/gitian-error.js';
import type { Emit } from '../core/events.js';
import { makingHint } from '../core/words/host-failure.js';
import { makingWords, systemWords } from '../core/words/system-words.js';
import { quoteWord } from '../core/processes/shell-quote.js';
import { openArchive, type Archive } from '../zip/archive.js';
import { readMember } from '../zip/read-member.js';
import { canonicalMember } from './canonical-member.js';
import type { DosDay } from './day.js';
import { GatheredWriter } from './gathered-writer.js';
import { directoryEntry, endRecords, localHeader } from './records.js';

/** One zip to rewrite. Input and output are paths from `cwd`, and may be the same file. */
export interface CanonicaliseRequest {
  readonly input: string;
  readonly output: string;
  readonly cwd: string;
  readonly day: DosDay;
  readonly signal: AbortSignal;
}

/** What was written. */
export interface Canonicalised {
  readonly members: number;
  readonly bytes: number;
}

/**
 * Rewrites a zip so that it depends on its members and the day alone. The output appears whole, in one rename, or not
 * at all. Throws `zip-damaged`, `zip-refused`, `file-unreadable`, `zip-unwritable`.
 */
export async function canonicalise(request: CanonicaliseRequest, emit: Emit): Promise<Canonicalised> {
  await using cleanUp = new CleanUp(emit);
  const archive = cleanUp.use(
    'close the input',
    await openArchive(resolve(request.cwd, request.input), request.input),
  );
  const output = await destination(request);
  const begun = await Draft.begin(output).catch((error: unknown) => {
    throw unwritable(request.output, error);
  });
  const draft = cleanUp.use(`remove "${begun.path}"`, begun);
  const written = await writeCanonical(archive, draft.file, request).catch((error: unknown) => {
    throw failedCopy(request, error);
  });
  request.signal.throwIfAborted();
  await draft.put();
  return written;
}

async function writeCanonical(
  archive: Archive,
  file: FileHandle,
  request: CanonicaliseRequest,
): Promise<Canonicalised> {
  // appendFile writes until all is written, which a single write doesn't promise.
  const writer = new GatheredWriter((bytes) => file.appendFile(bytes));
  // A buffer of its own for each entry would take more memory than the entry.
  const chunks: Buffer[] = [];
  const directory = new GatheredWriter((bytes) => void chunks.push(bytes));
  for (const member of archive.members) {
    const canonical = canonicalMember(member, request.day);
    await directory.append(directoryEntry(canonical, writer.position));
    await writer.append(localHeader(canonical));
    await readMember(archive, member, { packed: (bytes) => writer.append(bytes), signal: request.signal });
  }
  const offset = writer.position;
  await directory.flush();
  for (const chunk of chunks) await writer.append(chunk);
  const { members, comment } = archive;
  await writer.append(endRecords({ count: members.length, offset, size: directory.position, comment }));
  await writer.flush();
  return { members: members.length, bytes: writer.position };
}

/** Where the output really goes: a link stays a link. Only a regular file is replaced. */
async function destination({ output, cwd }: CanonicaliseRequest): Promise<string> {
  const path = resolve(cwd, output);
  const found = await stat(path).catch((error: unknown) => {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw unwritable(output, error);
  });
  if (found === undefined && (await isLink(path)))
    throw failure('zip-unwritable', {
      path: output,
      reason: 'it is a link to nothing',
      hint: `remove it, or name another file: rm ${quoteWord(output)}`,
    });
  if (found === undefined) return path;
  if (!found.isFile())
    throw failure('zip-unwritable', {
      path: output,
      reason: 'it is not a file',
      hint: `name a file for the output, such as ${quoteWord(join(output, 'out.zip'))}`,
    });
  return realpath(path);
}

async function isLink(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isSymbolicLink() === true;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined;
}

function failedCopy({ input, output }: CanonicaliseRequest, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  if (error.syscall !== 'read') return unwritable(output, error);
  return failure(
    'file-unreadable',
    { what: 'zip', path: input, reason: systemWords(error) },
    { cause: error },
  );
}

function unwritable(path: string, error: unknown): Error {
  if (!isSystemError(error) || error instanceof GitianError || error.code === 'ENOSPC') return error as Error;
  const params = { path, reason: makingWords(error), hint: makingHint(error, path) };
  return failure('zip-unwritable', params, { cause: error });
}
