import { dirname } from 'node:path';
import { quoteWord } from '../processes/shell-quote.js';
import { missingWords } from '../words/system-words.js';
import { defineErrors, entry } from './define.js';

/** Wrong words on the command line, in the environment or in a file the user names. */
export const usageErrors = defineErrors({
  'usage-bad-value': entry(
    2,
    (p: { what: string; value: string; expected: string }) =>
      `${p.what} must be ${p.expected}, not ${JSON.stringify(p.value)}`,
  ),
  'value-empty': entry(
    2,
    (p: { what: string }) => `${p.what} is empty`,
    () => 'see whether the variable is set that it comes from',
  ),
  'file-unreadable': entry(
    2,
    (p: { what: string; path: string; reason: string }) =>
      `the ${p.what} "${p.path}" can't be read: ${p.reason}`,
    (p) =>
      p.reason === missingWords
        ? `see what is there: ls ${quoteWord(dirname(p.path))}`
        : `see what it is, and who may read it: ls -ld ${quoteWord(p.path)}`,
  ),
  'unsafe-name': entry(
    2,
    (p: { what: string; value: string; reason: string; hint?: string }) =>
      `${p.what} ${JSON.stringify(p.value)} is not usable: ${p.reason}`,
    (p) => p.hint,
  ),
  'working-directory-gone': entry<object>(
    2,
    () => 'the current directory is gone',
    () => 'cd to one that exists',
  ),
});
