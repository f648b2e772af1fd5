/** Quotes one word for a POSIX shell, the guest's or that of a user who pastes a hint: the only place where text becomes shell source. */
export function quoteWord(word: string): string {
  if (word.includes('\0')) throw new TypeError('a shell word cannot hold a NUL byte');
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Quotes an argument list as one line of POSIX shell. */
export function quoteWords(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}
