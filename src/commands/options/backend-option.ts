import { failure } from '../../core/errors/gitian-error.js';
import { backendNames, type BackendName } from '../../target/target.js';

/** The option with which a command chooses a backend. */
export interface BackendOptions {
  readonly backend?: string;
}

/** `--backend`, as every command has it that makes or starts a target. */
export const backendOption = [
  '--backend <name>',
  'kvm, lxc or vbox (default: the first of them that works here and has the base image)',
] as const;

/** The backend that `--backend` names; throws `usage-bad-value`. */
export function backendCalled(word: string): BackendName {
  const called = backendNames.find((name) => name === word);
  if (called !== undefined) return called;
  throw failure('usage-bad-value', { what: '--backend', value: word, expected: 'kvm, lxc or vbox' });
}
