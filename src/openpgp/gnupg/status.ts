/** One line of `gpg --status-fd` (GnuPG's doc/DETAILS): `words` are what follows the keyword. */
export interface StatusLine {
  readonly keyword: string;
  readonly words: readonly string[];
}

/** The status lines among a program's output; user IDs have their `%XX` undone. */
export function statusLines(output: string): readonly StatusLine[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith(prefix))
    .map((line) => {
      const [keyword = '', ...words] = line.slice(prefix.length).split(' ');
      return { keyword, words: words.map(unescaped) };
    });
}

/** The status lines about each of several files, in their order; undefined where they aren't one after the other. */
export function fileSections(lines: readonly StatusLine[]): readonly (readonly StatusLine[])[] | undefined {
  const sections: StatusLine[][] = [];
  let open: StatusLine[] | undefined;
  for (const line of lines) {
    if (line.keyword === 'FILE_START') {
      if (open !== undefined) return undefined;
      open = [];
      sections.push(open);
    } else if (line.keyword === 'FILE_DONE') {
      if (open === undefined) return undefined;
      open = undefined;
    } else open?.push(line);
  }
  return open === undefined ? sections : undefined;
}

const prefix = '[GNUPG:] ';

function unescaped(word: string): string {
  if (!word.includes('%')) return word;
  const bytes = word.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  // What isn't escaped may be UTF-8 already; what was escaped are single bytes of it.
  // eslint-disable-next-line no-control-regex -- all that a byte can be
  return /[^\u0000-\u00ff]/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}
