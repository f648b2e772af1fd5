/**
 * Whether a process with this number is there, or with a negative one any of a process group; one that has ended and waits
 * to be reaped still is.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
