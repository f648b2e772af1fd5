import { defineErrors, entry } from './define.js';

/** What keeps gitian-updater from looking for a package. What a package is refused for is an outcome, not an error. */
export const updaterErrors = defineErrors({
  'configuration-invalid': entry(2, (p: { source: string; count: number; first: string }) =>
    p.count === 1 ? p.first : `${p.source} has ${String(p.count)} problems:`,
  ),
  'updater-option-missing': entry(
    2,
    (p: { option: string; reason: string; program: string }) => `${p.option} is needed: ${p.reason}`,
    (p) => `${p.program} --help`,
  ),
  'update-running': entry(
    2,
    (p: { path: string; holder: string }) => `"${p.path}" is being updated by ${p.holder}`,
    () => 'wait for it to end',
  ),
  'program-in-the-way': entry(
    2,
    (p: { path: string; reason: string; replaceable: boolean }) =>
      `"${p.path}" is there already, and ${p.reason}`,
    (p) => (p.replaceable ? 'name another file, or replace this one with --force' : 'name another file'),
  ),
  'destination-unusable': entry(
    2,
    (p: { path: string; reason: string; hint?: string }) =>
      `the destination "${p.path}" can't be used: ${p.reason}`,
    (p) => p.hint,
  ),
});
