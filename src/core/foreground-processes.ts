import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();

/** Ends a child when this process ends before it. */
export function endsWithUs(child: ChildProcess): void {
  if (running.size === 0) process.on('exit', endAll);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', endAll);
  });
}

function endAll(): void {
  for (const child of running) child.kill();
}
