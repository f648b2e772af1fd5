import { lxcPath } from './container.js';

/** Arguments of `lxc-attach` that run `inside` as root of the container, without any environment of ours. */
export function attachArguments(name: string, inside: readonly string[]): string[] {
  return ['-P', lxcPath, '-n', name, '--clear-env', '--', ...inside];
}
