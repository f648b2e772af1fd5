/** Trouble with a file of this host, which is none of the server's. */
export function isLocalTrouble(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && localTrouble.has((error as NodeJS.ErrnoException).code ?? '');
}

const localTrouble: ReadonlySet<string> = new Set([
  'EACCES',
  'EDQUOT',
  'EFBIG',
  'EIO',
  'EMFILE',
  'ENFILE',
  'EEXIST',
  'ENOENT',
  'ENOTDIR',
  'ENOSPC',
  'EPERM',
  'EROFS',
]);
