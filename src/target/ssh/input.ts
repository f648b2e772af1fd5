import type { Readable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { RunOptions } from '../target.js';

/** A command's input on its way. */
export interface Input {
  /** Never resolves; rejects when the caller's stream fails, since a half must not be taken for the whole. */
  readonly failed: Promise<never>;
  /** Stops sending; what a stream of the caller's still has goes nowhere, so that whoever fills it isn't held up. */
  readonly stop: () => void;
}

/** Sends a command its input, and then the end of it. */
export function sendInput(channel: ClientChannel, stdin: RunOptions['stdin']): Input {
  if (stdin === undefined || stdin instanceof Uint8Array) {
    channel.end(stdin);
    return { failed: new Promise<never>(() => undefined), stop: () => undefined };
  }
  const from: Readable = stdin === 'inherit' ? process.stdin : stdin;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  if (from.errored !== null) fail(from.errored);
  from.once('error', fail);
  from.pipe(channel);
  return {
    failed,
    stop: () => {
      from.off('error', fail);
      from.unpipe(channel);
      // The next command's, or the terminal's.
      if (stdin === 'inherit') from.pause();
      else from.resume();
    },
  };
}
