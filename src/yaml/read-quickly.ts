import type { OrderedMap, YamlValue } from './value.js';
import { decodeYaml } from './reading/decode.js';
import { plainValue } from './reading/resolve.js';

/**
 * Reads an ordered map in the few forms in which Psych writes reports and assertions, and a map of words; undefined for
 * everything else, for which there is `readYaml`. Real assertions have some thousand lines, nearly all of them in blocks
 * of text that need no parser, and loading one takes longer than reading them. Throws only what `decodeYaml` throws.
 */
export function readQuickly(bytes: Uint8Array, source: string): OrderedMap | undefined {
  const text = decodeYaml(bytes, source);
  if (wordsOnly.test(text)) return mapOfWords(text);
  const head = /^--- !!?omap ?\n/.exec(text);
  if (head === null || !text.endsWith('\n')) return undefined;
  const reader = new QuickReader(text, head[0].length);
  const map = reader.entries(0);
  return reader.isAtEnd ? map : undefined;
}

const wordsOnly = /^(?:---\n)?(?:[A-Za-z_][\w.-]*: [A-Za-z0-9][\w.+-]*\n){1,99}$/;

function mapOfWords(text: string): OrderedMap | undefined {
  const entries = text.matchAll(/^([\w.-]+): (.+)$/gm);
  const words = [...entries].map(([, key = '', word = '']) => [key, plainValue(word)] as const);
  const map = new Map(words);
  return map.size === words.length ? map : undefined;
}

/** A key, and the line that follows on it. */
const entryHead = / *- ([A-Za-z_][\w.-]*):([^\n]*)\n/y;

/** In a block's text, by its indentation: the beginning, and a line that doesn't belong to it or is empty. */
const firstLine = { 4: /^ {4}\S/, 6: /^ {6}\S/ } as const;
const unindentedLine = { 4: /\n(?! {4}[^\n]|$)/, 6: /\n(?! {6}[^\n]|$)/ } as const;

/** So many entries no report has, and a hostile file is none. */
const mostEntries = 1000;

/** Text without quotes in which nothing could mean anything. */
const plainWord = /^ [A-Za-z0-9][\w.+-]*$/;

class QuickReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** The entries whose dashes are in column `indent`; undefined where one of them is in another form, or there is none. */
  entries(indent: 0 | 2): OrderedMap | undefined {
    const dash = `${' '.repeat(indent)}- `;
    const map = new Map<string, YamlValue>();
    while (this.#text.startsWith(dash, this.#at)) {
      entryHead.lastIndex = this.#at;
      const [head, key = '', rest = ''] = entryHead.exec(this.#text) ?? [];
      if (head === undefined || map.has(key) || map.size === mostEntries) return undefined;
      this.#at += head.length;
      const [quote] = /^ (?:! )?'/.exec(rest) ?? [];
      const value = quote === undefined ? this.#value(rest, indent) : this.#quoted(quote, rest, indent + 4);
      if (value === undefined) return undefined;
      map.set(key, value);
    }
    return map.size === 0 ? undefined : map;
  }

  #value(rest: string, indent: 0 | 2): YamlValue | undefined {
    switch (rest) {
      case '':
      case ' ':
        return null;
      case ' |':
        return this.#block(indent === 0 ? 4 : 6);
      case ' |-':
        return this.#block(indent === 0 ? 4 : 6)?.slice(0, -1);
      case ' !!omap':
      case ' !omap':
      case ' !omap ':
        return indent === 0 ? this.entries(2) : undefined;
      default:
        return plainWord.test(rest) ? plainValue(rest.slice(1)) : undefined;
    }
  }

  /** Lines that are all indented by `indent`, none of them empty. */
  #block(indent: 4 | 6): string | undefined {
    // Of lines that are indented none can begin like this.
    const ends = ['\n- ', '\n  - ']
      .map((next) => this.#text.indexOf(next, this.#at))
      .filter((end) => end !== -1);
    const start = this.#at;
    this.#at = ends.length === 0 ? this.#text.length : Math.min(...ends) + 1;
    const text = this.#text.slice(start, this.#at);
    if (!firstLine[indent].test(text) || unindentedLine[indent].test(text)) return undefined;
    return text.slice(indent).replaceAll(`\n${' '.repeat(indent)}`, '\n');
  }

  /** Text between single quotes, of which none is inside, with an empty line between any two of its lines. */
  #quoted(quote: string, rest: string, indent: number): string | undefined {
    const start = this.#at - 1 - rest.length + quote.length;
    const end = this.#text.indexOf("'", start);
    if (end === -1 || this.#text[end + 1] !== '\n') return undefined;
    this.#at = end + 2;
    const [inner, ended] = withoutEnd(this.#text.slice(start, end));
    const lines = inner.split(`\n\n${' '.repeat(indent)}`);
    // A single word behind a "!" may be taken for something else than text.
    if (quote.includes('!') && !ended && lines.length === 1) return undefined;
    return lines.every((line) => isWhole(line, lines.length === 1))
      ? `${lines.join('\n')}${ended ? '\n' : ''}`
      : undefined;
  }
}

/** Quoted text without the line end that it may have at its end, and whether it has one. */
function withoutEnd(quoted: string): [string, boolean] {
  const inner = quoted.replace(/\n\n *$/, '');
  return [inner, inner !== quoted];
}

/** Whether a line of quoted text is nothing but itself; the only one may be empty. */
function isWhole(line: string, isOnly: boolean): boolean {
  return line === '' ? isOnly : /^\S(?:.*\S)?$/.test(line);
}
