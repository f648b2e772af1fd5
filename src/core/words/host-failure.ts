import { dirname } from 'node:path';
import { failure, GitianError } from '../errors/gitian-error.js';
import { saysDiskFull } from '../files/full-disk.js';
import { quoteWord } from '../processes/shell-quote.js';
import { hasWords, makingWords, systemWords } from './system-words.js';

/** Calls that write nothing, or, as `open` does, may write nothing. */
const reading: ReadonlySet<string> = new Set([
  'access',
  'lstat',
  'open',
  'opendir',
  'read',
  'readlink',
  'realpath',
  'scandir',
  'stat',
]);

/** Calls that make a folder: what isn't there for them is the one above, such as `$TMPDIR`. */
const making: ReadonlySet<string> = new Set(['mkdir', 'mkdtemp']);

/**
 * The failure that an error of the system is where the host is the reason, such as a file where a folder has to be:
 * undefined for what may be a bug, which a file that isn't there is. `shown` makes of a path what the user would type.
 */
export function hostFailure(error: unknown, shown: (path: string) => string): GitianError | undefined {
  if (!(error instanceof Error) || error instanceof GitianError) return undefined;
  const { code, syscall = '', path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  // Of two paths the first is mostly a file in the making, whose name tells nobody anything.
  const where = shown(dest ?? path ?? '');
  const details = { cause: error };
  if (saysDiskFull(error)) return failure('disk-full', { path: where }, details);
  const isMaking = making.has(syscall);
  if (isMaking && code === 'EEXIST') return failure('not-a-folder', { path: where }, details);
  if (!hasWords(error) || (code === 'ENOENT' && !isMaking)) return undefined;
  const params = {
    path: where,
    reason: isMaking ? makingWords(error) : systemWords(error),
    hint: syscall === 'mkdtemp' && code === 'ENOENT' ? missingFolderHint : hintFor(code),
  };
  return failure(reading.has(syscall) ? 'path-unusable' : 'not-writable', params, details);
}

/** What to do about an error of the system that keeps a file from being written. */
export function hostHint(error: unknown): string {
  return hintFor((error as NodeJS.ErrnoException).code);
}

/** What to do about an error of the system that keeps something from being made at `path`, as the user would type it. */
export function makingHint(error: unknown, path: string): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' && syscall !== 'mkdir' ? `mkdir -p ${quoteWord(dirname(path))}` : hintFor(code);
}

const missingFolderHint = 'make that folder, or name another one; the one for temporary files: TMPDIR';

function hintFor(code: string | undefined): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'see whose it is, and who may write there: ls -ld';
    case 'EROFS':
    case 'EIO':
      return 'see how its disk is mounted, and whether it failed: findmnt -T, dmesg';
    case 'EFBIG':
      return 'allow larger ones, or choose another disk: ulimit -f, findmnt -T';
    case 'EMFILE':
    case 'ENFILE':
      return 'allow more of them: ulimit -n';
    default:
      return 'move away what is in the way, or choose another place';
  }
}
