const words: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EISDIR: 'it is a folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EROFS: 'its disk is read-only',
  EIO: 'its disk fails',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** What a system call's error says of a file, as the end of a sentence; what else went wrong in its own words. */
export function systemWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '', syscall, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOTDIR') return syscall === 'scandir' ? 'it is not a folder' : 'it lies below a file';
  // Node's message is `EXDEV: cross-device link not permitted, rename '…' -> '…'`.
  return words[code] ?? /^E[A-Z0-9]+: (.+), \w+(?: '|$)/.exec(message)?.[1] ?? message;
}

/** The same of a file that can't be made: what is missing then is the folder that it goes into. */
export function makingWords(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'its folder does not exist' : systemWords(error);
}
