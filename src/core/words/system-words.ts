/** What a file is said of that isn't there. */
export const missingWords = 'it does not exist';

const words: Readonly<Record<string, string>> = {
  ENOENT: missingWords,
  EEXIST: 'something is there already',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it lies below a file',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EROFS: 'its disk is read-only',
  EIO: 'its disk fails',
  EFBIG: 'it would be larger than a file may be',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** Whether an error of the system is one that there are words for. */
export function hasWords(error: unknown): boolean {
  return ((error as NodeJS.ErrnoException).code ?? '') in words;
}

/** Whether an error of the system says that nothing is there, which a file in place of a folder above says too. */
export function saysMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** For what may be gone already: throws every other error on. */
export function unlessMissing(error: unknown): void {
  if (!saysMissing(error)) throw error;
}

/** What a system call's error says of a file, as the end of a sentence; what else went wrong in its own words. */
export function systemWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '', syscall, path = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOTDIR' && syscall === 'scandir') return 'it is not a folder';
  // Of the folders that were to be made it is one of them, and what the sentence is about may be another.
  if (code === 'EEXIST' && syscall === 'mkdir') return `${JSON.stringify(path)} is not a folder`;
  // The folder above is there: some file systems take no others.
  if (code === 'ENOENT' && syscall === 'mkdir') return 'no folder can be made there';
  // Node's message is `EXDEV: cross-device link not permitted, rename '…' -> '…'`.
  return words[code] ?? /^E[A-Z0-9]+: (.+), \w+(?: '|$)/.exec(message)?.[1] ?? message;
}

/** The same of a file that can't be made: what is missing then is the folder that it goes into. */
export function makingWords(error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' && syscall !== 'mkdir' ? 'its folder does not exist' : systemWords(error);
}
