import { leaveRunning } from '../../core/processes/process.js';

/**
 * Removes a folder that nobody looks at any more, without waiting. Root of a guest may have written in it, and sudo may not
 * be allowed this: then it stays, and nobody is there any more who could tell.
 */
export function removeLater(folder: string): void {
  const script = 'rm -rf --one-file-system -- "$1" 2>/dev/null || sudo -n rm -rf --one-file-system -- "$1"';
  leaveRunning({ program: 'sh', args: ['-c', script, 'sh', folder] });
}
