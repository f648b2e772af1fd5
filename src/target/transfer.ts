import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { failure, isFailure } from '../core/errors/gitian-error.js';
import { saysDiskFull } from '../core/files/full-disk.js';
import { makeFolder } from '../core/files/make-folder.js';
import { start, type ProcessResult } from '../core/processes/process.js';
import { tar, withPackage } from '../core/processes/find-programs.js';
import { TarExtractor } from './tar/extract.js';
import type { CopyFromOptions, CopyOptions, HostFiles, RunOptions, RunResult } from './target.js';

/** Runs an argument list in the guest, in a user's home directory: all that copying needs of a target. */
export type RunInGuest = (argv: readonly string[], options: RunOptions) => Promise<RunResult>;

/** Times to the nanosecond, and no owner: the host's users aren't the guest's business. */
const packOptions = [
  '--create',
  '--file=-',
  '--format=posix',
  '--pax-option=delete=atime,delete=ctime',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
] as const;

const unpackScript =
  'mkdir -p -- "$1" && cd -- "$1" && exec tar --extract --file=- --no-same-owner --no-same-permissions --no-overwrite-dir --warning=no-timestamp';

/** Exit code with which the guest's shell says that something isn't there; tar's own are 1 and 2. */
const missing = 66;

// GNU's format, because in it a long name can't be taken for another one, whatever characters it has.
const packScript = `
  cd -- "$1" || exit ${String(missing)}
  shift
  for name; do [ -e "$name" ] || [ -L "$name" ] || exit ${String(missing)}; done
  LC_ALL=C exec tar --create --file=- --format=gnu --owner=0 --group=0 --numeric-owner -- "$@"`;

/** What tar says, in English, of what no archive can hold, and leaves it out. */
const leftOut = /^tar: (.*): socket ignored$/m;

/** Copies host files into the guest: one stream from the host's tar to the guest's. */
export async function sendFiles(
  run: RunInGuest,
  { directory, names, followLinks }: HostFiles,
  { to, ...options }: CopyOptions & { readonly to: string },
): Promise<void> {
  const link = linked(options.signal);
  const stream = new PassThrough({ highWaterMark: 1 << 20 });
  // Whoever uses it ends with a failure of its own.
  stream.on('error', () => undefined);
  const packer = start({
    program: tar.program,
    args: [...packOptions, ...(followLinks === true ? ['--dereference'] : []), '--null', '--files-from=-'],
    cwd: directory,
    stdin: Buffer.from(names.map((name) => `${name}\0`).join('')),
    stdout: stream,
    signal: link.signal,
    check: false,
  });
  const unpacker = run(['sh', '-c', unpackScript, 'sh', to === '' ? '.' : to], {
    ...userOf(options),
    stdin: stream,
    signal: link.signal,
    check: false,
  });
  const [packed, unpacked] = await Promise.allSettled([
    packer.ended.finally(() => stream.end()),
    // Where it failed before it read anything, nobody else would, and the host's tar has more to say than is kept.
    unpacker.then(link.cutUnlessDone, link.cut).finally(() => stream.resume()),
  ]);
  // The guest's end cuts the host's tar off, so one that came to an end by itself failed first, or was never started.
  if (packed.status === 'fulfilled' && packed.value.exitCode !== 0) throw hostTarFailure(packed.value);
  if (packed.status === 'rejected' && isFailure(packed.reason, 'tool-missing'))
    throw withPackage(packed.reason, tar);
  if (unpacked.status === 'rejected') throw unpacked.reason;
  if (unpacked.value.exitCode !== 0) throw guestTarFailure(unpacked.value);
  if (packed.status === 'rejected') throw packed.reason;
}

/** Copies files of the guest to the host: a stream from the guest's tar that is trusted in nothing. */
export async function receiveFiles(
  run: RunInGuest,
  { from, to }: { readonly from: string; readonly to: string },
  options: CopyFromOptions,
): Promise<void> {
  const made = await makeFolder(to);
  const link = linked(options.signal);
  const extractor = new TarExtractor(to);
  const written = finished(extractor);
  written.catch(link.abort);
  try {
    const packed = await run(
      ['sh', '-c', packScript, 'sh', from === '' ? '.' : from, ...(options.names ?? ['.'])],
      {
        ...userOf(options),
        stdout: extractor,
        signal: link.signal,
        check: false,
      },
    );
    if (packed.exitCode === missing)
      throw failure('guest-path-missing', { path: shown(from, options.names) });
    if (packed.exitCode !== 0) throw guestTarFailure(packed);
    const socket = leftOut.exec(packed.stderr)?.[1];
    if (socket !== undefined) throw failure('guest-file-refused', { path: socket, reason: 'it is a socket' });
    extractor.end();
    await written;
  } catch (error) {
    const first = extractor.errored ?? error;
    extractor.destroy();
    await closed(extractor);
    if (made !== undefined) await removeEmpty(to, made);
    throw saysDiskFull(first) ? failure('disk-full', { path: to }, { cause: first }) : first;
  }
}

/** Removes a folder, and those above it up to `outermost`, as long as they are empty. */
async function removeEmpty(folder: string, outermost: string): Promise<void> {
  for (let at = folder; at.length >= outermost.length; at = dirname(at)) {
    // What has something in it stays.
    const isGone = await rmdir(at).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}

/** Resolves when a stream that is destroyed has put away what it had. */
async function closed(stream: Writable): Promise<void> {
  if (stream.closed) return;
  await new Promise((resolve) => stream.once('close', resolve));
}

/** A signal of one's own that follows another, so that the end of one side ends the other. */
function linked(signal: AbortSignal | undefined): {
  readonly signal: AbortSignal;
  readonly abort: () => void;
  readonly cut: (error: unknown) => never;
  readonly cutUnlessDone: (result: RunResult) => RunResult;
} {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  return {
    signal: signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]),
    abort,
    cut: (error) => {
      abort();
      throw error;
    },
    cutUnlessDone: (result) => {
      if (result.exitCode !== 0) abort();
      return result;
    },
  };
}

function userOf({ user }: CopyOptions): Pick<RunOptions, 'user'> {
  return user === undefined ? {} : { user };
}

function hostTarFailure({ exitCode, stderr }: ProcessResult): unknown {
  const outcome = `exited with ${String(exitCode)}`;
  return withPackage(failure('process-failed', { program: 'tar', outcome, words: firstLine(stderr) }), tar);
}

function guestTarFailure({ exitCode, stderr }: RunResult): Error {
  const words = firstLine(stderr);
  const outcome = words === '' ? `exited with ${String(exitCode)}` : `failed: ${words}`;
  return failure('guest-command-failed', { command: 'tar', outcome });
}

/** tar's first complaint; the last one only says that there were some. */
function firstLine(output: string): string {
  return (output.split('\n', 1)[0] ?? '').slice(0, 300);
}

function shown(from: string, names: readonly string[] | undefined): string {
  return names === undefined
    ? from
    : names.map((name) => (from === '.' ? name : `${from}/${name}`)).join(', ');
}
