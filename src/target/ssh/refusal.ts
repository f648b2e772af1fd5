import { failure } from '../../core/errors/gitian-error.js';

/** What the other side of a connection that holds says no to; its words are its own. */
export class SshRefusal extends Error {
  override readonly name = 'SshRefusal';
}

/** A refusal as the failure of a command of the target; any other error as it is. */
export function refusalFailure(command: string, what: string, error: unknown): unknown {
  if (!(error instanceof SshRefusal)) return error;
  return failure('guest-command-failed', { command, outcome: `${what}: ${error.message}` }, { cause: error });
}
