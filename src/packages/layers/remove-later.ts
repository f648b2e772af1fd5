import { leaveRunning, type LeftRunning } from '../../core/processes/process.js';

/** Has a folder removed that nobody looks at any more. */
export type Discard = (folder: string) => void;

/**
 * Removes a folder without waiting for it, also when this process has ended. Root of a guest may have written in it, and
 * sudo may not be allowed this without a password: then it stays.
 */
export function removeLater(folder: string): LeftRunning {
  const script = 'rm -rf --one-file-system -- "$1" 2>/dev/null || sudo -n rm -rf --one-file-system -- "$1"';
  return leaveRunning({ program: 'sh', args: ['-c', script, 'sh', folder] });
}
