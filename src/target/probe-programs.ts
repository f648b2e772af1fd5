import { missingPrograms, programsMissing, type HostProgram } from '../core/processes/find-programs.js';
import type { Probe } from './target.js';

/** Whether a backend's programs are on `path`, as in `$PATH`, or among root's own. */
export async function probePrograms(wanted: readonly HostProgram[], path: string): Promise<Probe> {
  const missing = await missingPrograms(wanted, path);
  if (missing.length === 0) return { usable: true };
  const { message: reason, hint = '' } = programsMissing(missing);
  return { usable: false, reason, hint };
}
