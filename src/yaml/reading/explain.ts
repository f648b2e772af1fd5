import type { YAMLException } from 'js-yaml';
import type { GitianError } from '../../core/errors/gitian-error.js';
import { brokenYaml, placeAt, type NamedText } from './broken.js';
import { contentStart } from './content-start.js';

/** The first quoted scalar of several lines that something odd follows on: a quote is missing before. */
export interface OddQuote {
  readonly offset: number;
  readonly end: number;
}

/** What is known about a text that js-yaml doesn't understand. */
interface Circumstances {
  readonly named: NamedText;
  /** Where the innermost node that was being read begins. */
  readonly began: number;
  /** Where the node that was read last began: a key whose colon is missing. */
  readonly last: number;
  readonly oddQuote: OddQuote | undefined;
}

/** js-yaml's reasons in plain words; others are told as they are. */
const words: readonly (readonly [RegExp, string])[] = [
  [/within a (?:single|double) quoted scalar/, 'the quote that opens here is never closed'],
  [/within a flow collection/, 'the bracket that opens here is never closed'],
  [
    /^unidentified alias|^name of an alias/,
    'aliases are not allowed, and text that begins with "*" needs quotes',
  ],
  [/^name of an anchor/, 'text that begins with "&" needs quotes'],
  [
    /^bad indentation of a sequence/,
    "this doesn't belong to the list: its indentation is wrong, or quotes are missing",
  ],
  [
    /^bad indentation of a mapping/,
    "this doesn't belong to the value: its indentation is wrong, or quotes are missing",
  ],
  [
    /^end of the stream or a document/,
    "this doesn't belong to anything: its indentation is wrong, or quotes are missing",
  ],
  [/a colon is missed|a multiline key may not/, 'a ":" and a space are missing behind this key'],
  [/^incomplete explicit mapping pair/, 'a key is missing before this ":"'],
  [/^tab characters must not/, 'a tab is used where only spaces indent'],
  [
    /^unknown escape|^expected hexadecimal/,
    'this escape means nothing between double quotes: a backslash is written "\\\\"',
  ],
  [/^missed comma/, 'a "," or a closing bracket is missing before this'],
  [/^nesting exceeded/, 'this is nested too deeply'],
  [/^expected a single document/, 'there is more than one document'],
];

/** The failure of a text that js-yaml refused, blamed on a merge conflict or a forgotten quote where that explains it. */
export function explain(error: YAMLException, { named, began, last, oddQuote }: Circumstances): GitianError {
  const { text } = named;
  // The declared type doesn't know that some failures have no place.
  const position = (error.mark as YAMLException['mark'] | undefined)?.position ?? text.length;
  const conflict = /^(?:<{7}|={7}|>{7})(?:[ \n]|$)/m.exec(text);
  if (conflict !== null) return brokenYaml(named, conflict.index, 'a merge conflict was left in the file');
  const told = words.find(([pattern]) => pattern.test(error.reason))?.[1] ?? error.reason;
  if (oddQuote !== undefined) {
    const line = String(placeAt(text, oddQuote.end).line);
    const start = contentStart(text, oddQuote.offset);
    return brokenYaml(
      named,
      start,
      `the quote that opens here ends only in line ${line}, in the middle of something`,
    );
  }
  if (/opens here|aliases/.test(told)) return brokenYaml(named, began, told);
  return brokenYaml(named, told.includes('this key') ? contentStart(text, last) : position, told);
}
