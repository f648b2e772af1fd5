import { readdirSync, readlinkSync } from 'node:fs';

/** The paths of all files that this process has open. */
export function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      // It was closed meanwhile, as the folder's own is.
      return [];
    }
  });
}
