import { isatty } from 'node:tty';
import type { RunOptions } from '../target.js';
import { lxcPath } from './container.js';

/** Arguments of `lxc-attach` that run `inside` as root of the container, without any environment of ours. */
export function attachArguments(name: string, inside: readonly string[]): string[] {
  return ['-P', lxcPath, '-n', name, '--clear-env', '--', ...inside];
}

/**
 * Whether `lxc-attach` has to stay in this process's terminal: only where one of its streams is a terminal does it give
 * the guest another one instead. Otherwise a guest could open /dev/tty, type into it (TIOCSTI), and so command the host.
 */
export function staysInTerminal({ stdin, stdout, stderr }: RunOptions): boolean {
  return [stdin, stdout, stderr].some((stream, number) => stream === 'inherit' && isatty(number));
}
