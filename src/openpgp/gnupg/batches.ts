import type { Job } from './check-files.js';
import { fitsInline } from './inline-message.js';

/** How many bytes are written for GnuPG in one go, and how many signatures it is worth to start another one for. */
const limits = { bytes: 32 << 20, jobs: 64 } as const;

/** Puts jobs that GnuPG can do in one go together; the order stays. */
export function batches(jobs: readonly Job[]): readonly (readonly Job[])[] {
  const found: Job[][] = [];
  let open: Job[] = [];
  let bytes = 0;
  for (const job of jobs) {
    const size = job.signed.length;
    if (!fitsInline(job.signature)) {
      found.push([job]);
      open = [];
      continue;
    }
    if (open.length === 0 || open.length === limits.jobs || bytes + size > limits.bytes) {
      open = [];
      bytes = 0;
      found.push(open);
    }
    open.push(job);
    bytes += size;
  }
  return found;
}
