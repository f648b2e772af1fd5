import { quoteWord } from '../processes/shell-quote.js';
import { defineErrors, entry } from './define.js';

/** Zips, and what rewrites them. */
export const canonZipErrors = defineErrors({
  'zip-damaged': entry(
    1,
    (p: { source: string; problem: string }) => `the zip "${p.source}" is damaged: ${p.problem}`,
    (p) => `fetch it or make it anew; unzip -t ${quoteWord(p.source)} may tell more`,
  ),
  'zip-refused': entry(
    1,
    (p: { source: string; reason: string; hint: string | undefined }) =>
      `the zip "${p.source}" is refused: ${p.reason}`,
    (p) => p.hint,
  ),
  'zip-unwritable': entry(
    2,
    (p: { path: string; reason: string; hint?: string }) =>
      `the zip "${p.path}" can't be written: ${p.reason}`,
    (p) => p.hint,
  ),
});
