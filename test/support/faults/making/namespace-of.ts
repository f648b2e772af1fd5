import { readlinkSync } from 'node:fs';

/** The mount namespace of a process; empty when it is gone. */
export function mountNamespaceOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return '';
  }
}
