import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';

/** A process that keeps a folder locked until its input ends. */
export async function lockedFolder(path: string): Promise<ChildProcessWithoutNullStreams> {
  const other = spawn('flock', ['-x', path, 'sh', '-c', 'echo held; exec cat']);
  await once(other.stdout, 'data');
  return other;
}
