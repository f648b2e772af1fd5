import { readlinkSync } from 'node:fs';

/** The mount namespace of a process; empty when it is gone. */
export function mountNamespaceOf(pid: number | string): string {
  try {
    return readlinkSync(`/proc/${String(pid)}/ns/mnt`);
  } catch {
    return '';
  }
}
