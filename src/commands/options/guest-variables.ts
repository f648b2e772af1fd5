import { failure } from '../../core/errors/gitian-error.js';
import { quotedWords } from '../../core/processes/program-words.js';

/** Reads `K=V K2="V 2"`, quoted as for a shell; nothing in it is expanded. */
export function guestVariables(text: string): Record<string, string> {
  const words = quotedWords(text);
  const pairs = words?.map((word) => /^([A-Za-z_]\w*)=(.*)$/s.exec(word));
  if (pairs === undefined || pairs.includes(null)) {
    const expected = 'variables such as "NAME=value OTHER=\'two words\'"';
    throw failure('usage-bad-value', { what: '--env', value: text, expected });
  }
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}
