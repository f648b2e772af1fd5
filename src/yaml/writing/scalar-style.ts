import { isPlainText } from './plain-text.js';

/** How a scalar is written. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

/**
 * A character that libyaml doesn't print but escapes: a tab, whatever is not in Unicode's first plane, and more.
 * U+2028 and U+2029 are added here: Psych writes them as they are, and readers disagree on whether they end a line.
 */
export const unprintable = /[^\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u;

// What would mean something at the beginning of text without quotes, and what would mean something in it.
const indicator = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[-?:](?: |$))|:(?: |$)| #/;

// A line that begins with no letter, digit or "_", and has no quotation mark behind that.
const unwordyLine = /(?<![^\n])[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}][^"]*(?![^\n])/u;

/** The style that Psych 4 asks of libyaml 0.2.5; where that can't be, the one that libyaml takes instead. */
export function scalarStyle(text: string): ScalarStyle {
  if (unprintable.test(text) || text.includes(' \n')) return 'double';
  const inLine = text.replace(/\n$/, '');
  if (/\n(?!\n?$)/.test(text)) return text.endsWith(' ') ? 'double' : 'literal';
  if (text === 'y' || text === 'n' || unwordyLine.test(text)) return 'double';
  const bare = inLine === text && !text.startsWith(' ') && !text.endsWith(' ') && !indicator.test(text);
  return bare && isPlainText(text) ? 'plain' : 'single';
}
