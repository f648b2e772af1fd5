import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** O_CLOEXEC on Linux, as `/proc/PID/fdinfo` shows it. */
const closeOnExec = 0o2000000;

/**
 * Closes what this process inherited open from whoever started it, beside stdin, stdout and stderr: a program that it
 * starts would have it too, and with that the guest. Node marks what it opens itself. Linux only; elsewhere nothing happens.
 */
export function closeInheritedFiles(): void {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync('/proc/self/fd')) {
    const file = Number(name);
    if (file > 2 && isInheritable(name)) closeSync(file);
  }
}

function isInheritable(file: string): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${file}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch {
    // The one that listed the folder is gone.
    return false;
  }
}
