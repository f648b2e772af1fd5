import type { Emitter } from './emitter.js';
import { scalarStyle, unprintable, type ScalarStyle } from './scalar-style.js';

/** libyaml breaks a line at the first space behind this column. */
const bestWidth = 80;

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\u001b', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\u0085', '\\N'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
]);

/** Writes text in Psych's style. A key in its usual place is never broken. */
export function writeText(to: Emitter, text: string, isKey: boolean): void {
  if (text === '<<') {
    // Without a tag it would be read as a merge key.
    to.token('!!str');
    to.token("'<<'");
    return;
  }
  writers[scalarStyle(text)](to, text, !isKey);
}

/** Writes a word that needs no quotes. */
export function writeWord(to: Emitter, word: string): void {
  if (word !== '') to.token(word);
}

type WriteScalar = (to: Emitter, text: string, mayBreak: boolean) => void;

const writers: Readonly<Record<ScalarStyle, WriteScalar>> = {
  plain: (to, text, mayBreak) => {
    to.token('');
    writeRun(to, text, { breaksAt: (run) => mayBreak && run.alone });
  },

  single: (to, text, mayBreak) => {
    const line = text.replace(/\n$/, '');
    to.token("'");
    writeRun(to, line, {
      breaksAt: (run) => mayBreak && run.alone && run.inside,
      form: (character) => character.replace("'", "''"),
    });
    if (line !== text) {
      // The first line break between quotes is read as a space, so there are two.
      to.lineBreak();
      to.lineBreak();
      to.newLine();
    }
    to.closing("'");
  },

  double: (to, text, mayBreak) => {
    to.token('"');
    writeRun(to, text, { breaksAt: (run) => mayBreak && run.inside, form: escaped, mark: '\\' });
    to.closing('"');
  },

  literal: (to, text) => {
    const hint = /^[ \n]/.test(text) ? '2' : '';
    const chomping = text.endsWith('\n\n') ? '+' : text.endsWith('\n') ? '' : '-';
    to.token(`|${hint}${chomping}`);
    to.openEnded = chomping === '+';
    to.blockLine();
    const lines = text.split('\n');
    lines.forEach((line, index) => {
      if (line !== '') {
        to.newLine();
        to.put(line);
      }
      if (index < lines.length - 1) to.blockLine();
    });
  },
};

/** A space, by which the styles decide whether a line may be broken at it. */
interface Space {
  /** No other space follows. */
  readonly alone: boolean;
  /** It is neither the first nor the last character. */
  readonly inside: boolean;
}

/** How the characters of a line are written. */
interface RunStyle {
  readonly breaksAt: (space: Space) => boolean;
  readonly form?: (character: string) => string;
  /** Stands before a line's end where more spaces follow. */
  readonly mark?: string;
}

function writeRun(
  to: Emitter,
  text: string,
  { breaksAt, form = (character): string => character, mark = '' }: RunStyle,
): void {
  let last = '';
  let position = 0;
  for (const character of text) {
    const next = text[position + character.length];
    const space = { alone: next !== ' ', inside: position > 0 && next !== undefined };
    if (character === ' ' && last !== ' ' && to.column > bestWidth && breaksAt(space)) {
      to.newLine();
      if (!space.alone) to.put(mark);
    } else to.put(form(character));
    last = character;
    position += character.length;
  }
}

function escaped(character: string): string {
  const short = shortEscapes.get(character);
  if (short !== undefined) return short;
  if (!unprintable.test(character)) return character;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}
