import type { Writable } from 'node:stream';

/**
 * Makes text from outside safe to show: what a terminal would obey (escapes, other control characters, what turns the
 * direction of text or breaks lines) is written as `\x1b`, `\u202e`; line breaks and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => {
      const code = character.charCodeAt(0);
      return code < 0x100
        ? `\\x${code.toString(16).padStart(2, '0')}`
        : `\\u${code.toString(16).padStart(4, '0')}`;
    },
  );
}

/** The same for what has to stay in its line: a name with a line break in it would say what nobody has said. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', '\\x0a');
}

/** Lines of data as they go to `stream`: as they are to files and programs, safe to show to a terminal. */
export function dataFor(stream: Writable & { readonly isTTY?: boolean }, lines: string): string {
  return stream.isTTY === true ? printable(lines) : lines;
}
