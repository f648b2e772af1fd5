const whiteSpace = /[ \t\n]*/y;
const comment = /#[^\n]*/y;

/** Where a node's own text begins, from where its reading began: behind white space and comments. */
export function contentStart(text: string, offset: number): number {
  let start = behind(whiteSpace, text, offset);
  // Without white space before it, "#" is a character like others.
  while (text[start] === '#' && (start === 0 || start > offset || /\s/.test(text.charAt(start - 1)))) {
    start = behind(whiteSpace, text, behind(comment, text, start));
  }
  return start;
}

function behind(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : offset;
}
