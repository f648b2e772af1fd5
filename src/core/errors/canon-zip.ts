import { defineErrors, entry } from './define.js';

/** Zips, and what rewrites them. */
export const canonZipErrors = defineErrors({
  'zip-damaged': entry(
    1,
    (p: { source: string; problem: string }) => `the zip "${p.source}" is damaged: ${p.problem}`,
  ),
  'zip-unwritable': entry(
    2,
    (p: { path: string; reason: string }) => `the zip "${p.path}" can't be written: ${p.reason}`,
  ),
});
