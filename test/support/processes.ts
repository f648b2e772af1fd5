import { readdirSync, readFileSync } from 'node:fs';
import { until } from './until.js';

/** Whether a process lives: one that has ended and only waits to be reaped does not. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return !/^\d+ \(.*\) [ZX]/s.test(stat);
  } catch {
    return false;
  }
}

/** The other processes that live and that `belongs` takes for one of its own, by their command line, as lines for a person. */
export function processesThat(belongs: (words: string, pid: string) => boolean): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((pid) => {
      const words = readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
      return belongs(words, pid) && isRunning(Number(pid)) ? [`process ${pid}: ${words}`] : [];
    });
}

/** Ends the process of this command line, which may only be about to begin. */
export async function endProcess(line: string): Promise<void> {
  const [found = ''] = await until(
    () => processesThat((words) => words.trimEnd() === line),
    ({ length }) => length > 0,
  );
  process.kill(Number(/\d+/.exec(found)?.[0]), 'SIGTERM');
}

/** A file's text; empty for what is gone while it is looked at. */
export function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
